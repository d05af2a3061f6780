package dev.larder.format.freebsd;

import dev.larder.format.Compression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Writes packages member by member.
final class PackageMaker {
  private static final JsonMapper JSON = new JsonMapper();

  private PackageMaker() {}

  /// A manifest with all that is required.
  static ObjectNode manifest(String name, String version) {
    ObjectNode manifest = JSON.createObjectNode();
    manifest.put("name", name).put("origin", "misc/" + name).put("version", version);
    manifest.put("comment", "A comment").put("maintainer", "test@example.org");
    manifest.put("www", "https://example.org/").put("abi", "FreeBSD:14:amd64");
    manifest.put("prefix", "/usr/local").put("flatsize", 20).put("desc", "A description");
    manifest.putArray("categories").add("misc");
    manifest.putObject("annotations").put("FreeBSD_version", "1400097");
    return manifest;
  }

  /// A package with these manifests; one that is empty is left out.
  static byte[] packed(Compression compression, String compact, String full) throws IOException {
    CatalogueMaker maker = new CatalogueMaker();
    if (!compact.isEmpty()) {
      maker.add("+COMPACT_MANIFEST", Samples.utf8(compact));
    }
    if (!full.isEmpty()) {
      maker.add("+MANIFEST", Samples.utf8(full));
    }
    TarArchiveEntry payload = new TarArchiveEntry("/usr/local/share/x", true);
    payload.setSize(4);
    return maker.add(payload, Samples.utf8("data")).packed(compression);
  }

  /// A package file whose manifests are both this.
  static Path file(Path directory, ObjectNode manifest) throws IOException {
    String text = manifest.toString();
    Path file = directory.resolve(manifest.get("name").asString() + ".pkg");
    return Files.write(file, packed(Compression.GZIP, text, text));
  }
}
