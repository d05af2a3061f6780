package dev.larder.api;

import dev.larder.sign.KeyStore;
import java.io.IOException;
import java.util.List;

/// What the console does with keys. Methods are called on virtual threads, several at a time, and
/// may block.
public interface KeyOperations {
  /// The keys.
  KeyStore keys();

  /// What signs with a key, for people: `repository internal`. Also names that the configuration
  /// mentions and no key has yet.
  List<String> usersOf(String key);

  /// Tells that clients should get other public keys, or that another one signs: whatever is signed
  /// with the key is to be written anew.
  ///
  /// @throws IOException if that fails; the key is as it was told nevertheless
  void changed(String key) throws IOException;
}
