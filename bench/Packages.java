import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Makes packages for bench/repository.sh, without the cost of makepkg or pkg. With the libraries of
/// Larder on the class path:
///
///     java -cp ... Packages.java FORMAT DIRECTORY FIRST COUNT FILES
///
/// writes COUNT packages of `pacman` or `freebsd-pkg`, numbered from FIRST, with FILES files on
/// average. The same arguments make the same packages.
final class Packages {
  // The SHA-256 of the 16 zeros every file has.
  private static final String ZEROS =
      "374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb";

  private Packages() {}

  public static void main(String[] args) throws IOException {
    boolean pacman = args[0].equals("pacman");
    Path directory = Files.createDirectories(Path.of(args[1]));
    int first = Integer.parseInt(args[2]);
    for (int i = first; i < first + Integer.parseInt(args[3]); i++) {
      Random random = new Random(i);
      String name = "bench-package-" + i;
      List<String> files = files(name, Integer.parseInt(args[4]), random);
      if (pacman) {
        Path file = directory.resolve(name + "-1.0-1-any.pkg.tar.zst");
        write(file, List.of(".PKGINFO", info(name, random)), files);
      } else {
        String manifest = manifest(name, random);
        List<String> head =
            List.of(
                "+COMPACT_MANIFEST", manifest + "}", "+MANIFEST", manifest + listed(files) + "}");
        write(directory.resolve(name + "-1.0.pkg"), head, files);
      }
    }
  }

  // Most packages of a distribution have few files, and some have thousands.
  private static List<String> files(String name, int mean, Random random) {
    int count = 1 + (int) (mean * 5 * Math.pow(random.nextDouble(), 4));
    List<String> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      files.add(
          "usr/share/" + name + "/part" + i / 40 + "/" + Long.toHexString(random.nextLong()));
    }
    return files;
  }

  private static void write(Path file, List<String> head, List<String> files) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        TarArchiveOutputStream tar =
            new TarArchiveOutputStream(new ZstdOutputStream(out, 3), "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (int i = 0; i < head.size(); i += 2) {
        add(tar, head.get(i), head.get(i + 1).getBytes(StandardCharsets.UTF_8));
      }
      for (String each : files) {
        add(tar, (head.getFirst().startsWith("+") ? "/" : "") + each, new byte[16]);
      }
    }
  }

  private static String info(String name, Random random) {
    StringBuilder text = new StringBuilder();
    text.append("pkgname = ").append(name).append("\npkgbase = ").append(name);
    text.append("\npkgver = 1.0-1\npkgdesc = A package of a benchmark, number ");
    text.append(random.nextInt(1 << 30)).append("\nurl = https://example.org/").append(name);
    text.append("\nbuilddate = 1763665200\npackager = Bench <bench@example.org>\nsize = ");
    text.append(random.nextInt(1 << 24)).append("\narch = any\nlicense = MIT\n");
    for (int i = random.nextInt(12); i > 0; i--) {
      text.append("depend = bench-package-").append(random.nextInt(15_000)).append('\n');
    }
    return text.toString();
  }

  // Without the brace at its end.
  private static String manifest(String name, Random random) {
    StringBuilder deps = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      int other = 20_000 + 100 * i + random.nextInt(100);
      deps.append(deps.isEmpty() ? "" : ",")
          .append("\"bench-package-%d\":{\"origin\":\"misc/p%d\",\"version\":\"1.0\"}"
              .formatted(other, other));
    }
    return """
    {"name":"%s","origin":"misc/%s","version":"1.0","comment":"A package of a benchmark",\
    "maintainer":"bench@example.org","www":"https://example.org/%s","abi":"FreeBSD:14:amd64",\
    "arch":"freebsd:14:x86:64","prefix":"/usr/local","flatsize":%d,"licenselogic":"single",\
    "licenses":["MIT"],"desc":"Number %d of many packages.","deps":{%s},"categories":["misc"]"""
        .formatted(name, name, name, random.nextInt(1 << 24), random.nextInt(1 << 30), deps);
  }

  private static String listed(List<String> files) {
    StringBuilder text = new StringBuilder(",\"files\":{");
    for (int i = 0; i < files.size(); i++) {
      text.append(i == 0 ? "\"/" : ",\"/").append(files.get(i)).append("\":\"1$").append(ZEROS);
      text.append('"');
    }
    return text.append('}').toString();
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] bytes)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(bytes.length);
    entry.setModTime(1_763_665_200_000L);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }
}
