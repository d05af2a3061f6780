package dev.larder.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// `bastille bootstrap RELEASE` as a web server sees it: MANIFEST twice (first only to see that it
/// is there), then each set once, every one by a fetch(1) of its own, and the check of the sets
/// against the MANIFEST. A set that does not fit is deleted, and the run fails.
public final class BastilleReplay {
  private final URI release;
  private final String from;
  private final Map<String, Bytes> cache = new TreeMap<>();

  /// A host at 127.0.0.1.
  ///
  /// @param release the directory of the release
  public BastilleReplay(URI release) {
    this(release, "127.0.0.1");
  }

  /// A host at another address of this machine.
  public BastilleReplay(URI release, String from) {
    this.release = release;
    this.from = from;
  }

  /// Fetches and checks these sets that the host does not have yet.
  ///
  /// @param sets `base.txz`
  /// @return the paths asked for, in order
  /// @throws IOException if the release cannot be bootstrapped
  public List<String> bootstrap(String... sets) throws IOException {
    List<String> asked = new ArrayList<>();
    fetch("MANIFEST", asked);
    String manifest = new String(fetch("MANIFEST", asked), UTF_8);
    for (String set : sets) {
      byte[] bytes = cache.containsKey(set) ? set(set) : fetch(set, asked);
      String promised =
          manifest
              .lines()
              .map(line -> line.split("\t", -1))
              .filter(columns -> columns[0].equals(set))
              .map(columns -> columns[1])
              .findFirst()
              .orElseThrow(() -> new IOException("the MANIFEST does not name " + set));
      if (!Sums.sha256(bytes).equals(promised)) {
        cache.remove(set);
        throw new IOException("Failed validation for " + set);
      }
      cache.put(set, new Bytes(bytes));
    }
    return asked;
  }

  private byte[] fetch(String name, List<String> asked) throws IOException {
    InetSocketAddress server = new InetSocketAddress(release.getHost(), release.getPort());
    try (KeepAlive http = new KeepAlive(server, InetAddress.ofLiteral(from))) {
      asked.add(name);
      KeepAlive.Answer answer =
          http.get(
              release.getRawPath() + "/" + name,
              List.of(
                  "Host: " + release.getRawAuthority(),
                  "Accept: */*",
                  "User-Agent: fetch libfetch/2.0"));
      if (answer.status() != 200 || !answer.complete()) {
        throw new IOException(name + ": " + answer.status());
      }
      return answer.body().copy();
    }
  }

  /// A set the host has.
  public byte[] set(String name) {
    Bytes bytes = cache.get(name);
    if (bytes == null) {
      throw new IllegalArgumentException("it has no " + name);
    }
    return Arrays.copyOf(bytes.raw(), bytes.size());
  }
}
