package dev.larder.mirror;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Which generations a client was handed of late. Only looked at where one name means different
/// bytes in two generations.
final class ClientGenerations {
  private final Cache<InetAddress, Set<Long>> handed;

  /// @param hold how long a client is taken to use what it was handed
  ClientGenerations(Duration hold) {
    handed = Caffeine.newBuilder().maximumSize(100_000).expireAfterWrite(hold).build();
  }

  /// `client` now has an index of `generation`.
  void handed(InetAddress client, long generation) {
    handed
        .asMap()
        .compute(
            client,
            (address, known) -> {
              Set<Long> all = known == null ? ConcurrentHashMap.newKeySet() : known;
              all.add(generation);
              return all;
            });
  }

  /// The only generation `client` was handed, or 0 if there was none or more than one: several
  /// machines may stand behind one address.
  long only(InetAddress client) {
    Set<Long> all = handed.getIfPresent(client);
    return all != null && all.size() == 1 ? all.iterator().next() : 0;
  }
}
