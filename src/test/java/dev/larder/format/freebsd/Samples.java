package dev.larder.format.freebsd;

import dev.larder.format.Format;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Repositories made by pkg 2.8.4, and the reading of them into maps.
final class Samples {
  static final List<String> REPOSITORIES =
      List.of("unsigned", "rsa", "fingerprints", "hashed", "list");

  private Samples() {}

  static Path path(String name) {
    URL url = Samples.class.getResource("/freebsd/pkg/" + name);
    if (url == null) {
      throw new AssertionError("no sample " + name);
    }
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(path(name));
  }

  /// The payload of a sample's catalogue.
  static byte[] payload(String name) throws IOException {
    byte[][] payload = new byte[1][];
    CatalogueArchive.read(
        name,
        new ByteArrayInputStream(bytes(name)),
        (_, _, content) -> payload[0] = content.readAllBytes());
    return payload[0];
  }

  /// What the index `bytes` at `index` promises.
  static Map<String, Expected> promises(String index, byte[] bytes) throws IOException {
    Map<String, Expected> promises = new LinkedHashMap<>();
    new FreeBsdPkgFormat()
        .read(
            new RelPath(index),
            new ByteArrayInputStream(bytes),
            (path, expected) -> {
              if (promises.put(path.value(), expected) != null) {
                throw new AssertionError("promised twice: " + path);
              }
            });
    return promises;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// A set of indexes in memory.
  record MapSet(Map<String, byte[]> members) implements Format.IndexSet {
    @Override
    public boolean has(RelPath index) {
      return members.containsKey(index.value());
    }

    @Override
    public InputStream open(RelPath index) throws IOException {
      byte[] bytes = members.get(index.value());
      if (bytes == null) {
        throw new IOException("no member " + index);
      }
      return new ByteArrayInputStream(bytes);
    }
  }
}
