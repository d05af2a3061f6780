package dev.larder.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.testing.FreeBsdShape.Signing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// Writes the catalogue of a FreeBSD package repository, as `pkg repo` does.
final class FreeBsdCatalogue {
  private final FreeBsdShape shape;
  private final JsonMapper json = new JsonMapper();
  private final List<Map<String, Object>> records = new ArrayList<>();

  FreeBsdCatalogue(FreeBsdShape shape) {
    this.shape = shape;
  }

  /// The manifest a package carries in itself and the catalogue repeats.
  static Map<String, Object> compactManifest(FreeBsdPackage spec, Map<String, FreeBsdPackage> all) {
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("name", spec.name());
    manifest.put("origin", "misc/" + spec.name());
    manifest.put("version", spec.version());
    manifest.put("comment", "A package for tests");
    manifest.put("maintainer", "test@example.org");
    manifest.put("www", "https://example.org/");
    manifest.put("abi", spec.abi());
    manifest.put("arch", spec.legacyArch());
    manifest.put("prefix", "/usr/local");
    manifest.put("flatsize", spec.payload());
    manifest.put("licenselogic", "single");
    manifest.put("licenses", List.of("APACHE20"));
    manifest.put("desc", "A package for tests");
    Map<String, Object> deps = new LinkedHashMap<>();
    for (String name : spec.depends()) {
      FreeBsdPackage other = all.get(name);
      String version = other == null ? "0" : other.version();
      deps.put(name, Map.of("origin", "misc/" + name, "version", version));
    }
    if (!deps.isEmpty()) {
      manifest.put("deps", deps);
    }
    manifest.put("categories", List.of("misc"));
    manifest.put("annotations", Map.of("FreeBSD_version", "1400097"));
    return manifest;
  }

  /// Adds the record of a package file.
  void add(Map<String, Object> compactManifest, String path, String sum, long size) {
    Map<String, Object> entry = new LinkedHashMap<>(compactManifest);
    entry.put("sum", sum);
    entry.put("path", path);
    entry.put("repopath", path);
    entry.put("pkgsize", size);
    records.add(entry);
  }

  /// The files of the catalogue by their names.
  Map<String, byte[]> files() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("meta.conf", meta());
    files.put("meta", meta());
    files.put("data.pkg", archive("data", data()));
    files.put("packagesite.pkg", archive("packagesite.yaml", packageSite()));
    if (shape.fileList()) {
      files.put("files.pkg", archive("files", fileList()));
    }
    return files;
  }

  private byte[] meta() {
    return """
    version = 2;
    packing_format = "%s";
    manifests = "packagesite.yaml";
    data = "data";
    filesite = "files";
    manifests_archive = "packagesite";
    filesite_archive = "files";
    """
        .formatted(shape.packing().format())
        .getBytes(UTF_8);
  }

  private byte[] data() {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("groups", List.of());
    data.put("expired_packages", List.of());
    data.put("packages", records);
    return json.writeValueAsBytes(data);
  }

  private byte[] packageSite() {
    StringBuilder lines = new StringBuilder();
    records.forEach(entry -> lines.append(json.writeValueAsString(entry)).append('\n'));
    return lines.toString().getBytes(UTF_8);
  }

  // A dictionary of directories, each with what it keeps of the one before, then the packages.
  private byte[] fileList() {
    StringBuilder text = new StringBuilder("0 /usr/local/share/larder-test\n\n");
    for (Map<String, Object> entry : records) {
      text.append(entry.get("name")).append(' ').append(entry.get("version")).append("\n>0\n");
      text.append(entry.get("name")).append("\n\n");
    }
    return text.toString().getBytes(UTF_8);
  }

  private byte[] archive(String name, byte[] payload) {
    Map<String, byte[]> members = new LinkedHashMap<>();
    switch (shape.signing()) {
      case Signing.None _ -> {}
      case Signing.PublicKey(FreeBsdKey key) -> {
        // pkg strips one zero byte from the end, so there must be one.
        byte[] signature = key.sign(payload);
        members.put("signature", java.util.Arrays.copyOf(signature, signature.length + 1));
      }
      case Signing.Fingerprints(List<FreeBsdKey> keys) -> {
        for (int i = 0; i < keys.size(); i++) {
          String stem = i == 0 ? name : name + "." + i;
          members.put(stem + ".sig", keys.get(i).sign(payload));
          members.put(stem + ".pub", keys.get(i).publicPem());
        }
      }
    }
    members.put(name, payload);
    return Packed.tar(shape.packing(), members);
  }
}
