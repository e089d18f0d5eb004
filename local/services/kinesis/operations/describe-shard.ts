/** A shard as DescribeStream, ListShards and GetRecords show it. */
import type { Json } from '../../../kernel/aws.js';
import type { Shard } from '../state.js';

export function describeShard(shard: Shard): Json {
  return {
    ShardId: shard.id,
    ParentShardId: shard.parent,
    AdjacentParentShardId: shard.adjacentParent,
    HashKeyRange: hashKeyRange(shard),
    SequenceNumberRange: {
      StartingSequenceNumber: shard.startingSequence,
      EndingSequenceNumber: shard.endingSequence,
    },
  };
}

/** What the last GetRecords of a closed shard tells about a shard that took over. */
export function describeChild(shard: Shard): Json {
  const parents = [shard.parent, shard.adjacentParent].filter((id) => id !== undefined);
  return { ShardId: shard.id, ParentShards: parents, HashKeyRange: hashKeyRange(shard) };
}

function hashKeyRange(shard: Shard): Json {
  return {
    StartingHashKey: String(shard.firstHashKey),
    EndingHashKey: String(shard.lastHashKey),
  };
}
