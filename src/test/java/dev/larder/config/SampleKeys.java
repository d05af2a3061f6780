package dev.larder.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Keys of the tests' own, to read a document with: the package must not know those of the program.
final class SampleKeys {
  /// Where the file lies.
  static final Path ETC = Path.of("/etc/larder");

  /// The working directory.
  static final Path DIRECTORY = Path.of("/run/here");

  static final Key<Long> MAX_SIZE = Key.of("max-size", Type.size(), 1L << 30, "Size.");
  static final Key<Duration> REFRESH =
      Key.of("refresh", Type.duration(), Duration.ofMinutes(5), "Freshness.");
  static final Key<List<InetSocketAddress>> LISTEN =
      Key.of(
          "listen", Type.list("list of address:port", Type.listenAddress()), List.of(), "Where.");
  static final Key<String> FORMAT =
      Key.open("format", Type.string("format", "pacman"), "required", "What.");
  static final Key<Integer> COUNT = Key.of("count", Type.integer(0, 10, 3), 3, "Count.");
  static final Key<Boolean> LOUD = Key.of("loud", Type.bool(), false, "Noise.");
  static final Key<Path> KEYRING =
      Key.open("keyring", Type.path("/etc/keys.gpg"), "nothing", "Keys.");
  static final Key<Secret> TOKEN = Key.open("token", Type.secret(), "none", "Token.");

  private SampleKeys() {}

  /// What is wrong with `toml`; empty if nothing is.
  static String errorsOf(String toml) {
    return errorsOf(toml, Map.of());
  }

  /// What is wrong with `toml` and the variables laid over it; empty if nothing is.
  static String errorsOf(String toml, Map<String, String> environment) {
    try {
      Document document = Document.parse("larder.toml", ETC, toml);
      document.override("LARDER_", environment, "LARDER_CONFIG"::equals, DIRECTORY);
      readAll(document);
      document.finish();
      return "";
    } catch (InvalidConfig e) {
      return e.getMessage() + "\n";
    }
  }

  private static void readAll(Document document) {
    Section root = document.root();
    root.find(KEYRING);
    Section cache = root.table("cache");
    cache.get(MAX_SIZE);
    cache.get(COUNT);
    cache.get(LOUD);
    cache.find(TOKEN);
    for (Section mirror : root.table("mirror").tables()) {
      mirror.require(FORMAT);
      mirror.get(REFRESH);
      mirror.get(LISTEN);
    }
  }

  /// The document of `toml`, with nothing read yet.
  static Document with(String toml) throws InvalidConfig {
    return Document.parse("larder.toml", ETC, toml);
  }

  /// A literal address and a port.
  static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }
}
