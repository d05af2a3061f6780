package dev.larder.mirror;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.larder.store.RelPath;
import java.net.InetAddress;
import java.time.Duration;

/// Which generation a client was handed last, for each directory, since clients fetch the indexes
/// of several directories at once and a switch may lie between them. Only looked at where one name
/// means different bytes in two generations.
///
/// Several machines may stand behind one address, and clients ask often, so most addresses are
/// handed one generation after another. The last one is what the one machine behind an address has,
/// and among several machines it is the likeliest.
final class ClientGenerations {
  private final Cache<Key, Long> handed;

  /// @param hold how long a client is taken to use what it was handed
  ClientGenerations(Duration hold) {
    handed = Caffeine.newBuilder().maximumSize(100_000).expireAfterWrite(hold).build();
  }

  /// From now on a client is taken to use what it was handed for so long.
  void hold(Duration hold) {
    handed.policy().expireAfterWrite().ifPresent(policy -> policy.setExpiresAfter(hold));
  }

  private record Key(InetAddress client, RelPath directory) {}

  /// `client` now has the index of `directory` as it is in `generation`.
  void handed(InetAddress client, RelPath directory, long generation) {
    handed.put(new Key(client, directory), generation);
  }

  /// The generation `client` was handed last for `directory` or a directory above it, or 0 if that
  /// is longer ago than clients are held for.
  ///
  /// @param root the root whose generations are meant: nothing above it is looked at
  long last(InetAddress client, RelPath directory, RelPath root) {
    for (RelPath place = directory; ; place = place.parent()) {
      Long generation = handed.getIfPresent(new Key(client, place));
      if (generation != null) {
        return generation;
      }
      if (place.equals(root) || place.isRoot()) {
        return 0;
      }
    }
  }
}
