package dev.larder.api;

import dev.larder.sign.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A real key store with users that the test names.
public final class SampleKeys implements KeyOperations {
  /// What uses each key.
  public final Map<String, List<String>> users = new ConcurrentHashMap<>();

  /// The keys of which a change was told, in order.
  public final List<String> changes = new CopyOnWriteArrayList<>();

  private final KeyStore keys;

  /// Keys without users.
  public SampleKeys(KeyStore keys) {
    this.keys = keys;
  }

  @Override
  public KeyStore keys() {
    return keys;
  }

  @Override
  public List<String> usersOf(String key) {
    return users.getOrDefault(key, List.of());
  }

  @Override
  public void changed(String key) {
    changes.add(key);
  }
}
