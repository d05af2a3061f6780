package dev.larder.format.freebsd;

import dev.larder.format.Format.IndexSet;
import dev.larder.store.RelPath;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A tree of freebsd-update that was made with openssl and gzip, and sets of its pointers.
final class UpdateTree {
  static final RelPath ROOT = new RelPath("14.1-RELEASE/amd64");
  static final RelPath TAG = ROOT.resolve("latest.ssl");
  static final RelPath KEY = ROOT.resolve("pub.ssl");

  private UpdateTree() {}

  static Map<RelPath, byte[]> files() throws IOException {
    Path root = root();
    Map<RelPath, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        files.put(new RelPath(root.relativize(file).toString()), Files.readAllBytes(file));
      }
    }
    return files;
  }

  static byte[] file(RelPath path) throws IOException {
    return Files.readAllBytes(root().resolve(path.value()));
  }

  private static Path root() {
    try {
      return Path.of(
          Objects.requireNonNull(UpdateTree.class.getResource("/freebsd/update")).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /// A set as a mirror has fetched it.
  record Fetched(Map<RelPath, byte[]> members) implements IndexSet {
    static Fetched of(byte[] tag, byte[] key) {
      return new Fetched(Map.of(TAG, tag, KEY, key));
    }

    @Override
    public boolean has(RelPath index) {
      return members.containsKey(index);
    }

    @Override
    public InputStream open(RelPath index) throws IOException {
      byte[] bytes = members.get(index);
      if (bytes == null) {
        throw new FileNotFoundException(index.value());
      }
      return new ByteArrayInputStream(bytes);
    }
  }

  static List<String> lines(byte[] text) {
    return new String(text, java.nio.charset.StandardCharsets.US_ASCII).lines().toList();
  }
}
