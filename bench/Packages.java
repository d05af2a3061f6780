import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Makes pacman packages for bench/repository.sh, without the cost of makepkg. With the libraries of
/// Larder on the class path:
///
///     java -cp ... Packages.java DIRECTORY FIRST COUNT FILES   packages pFIRST..., each of FILES files
final class Packages {
  private Packages() {}

  public static void main(String[] args) throws IOException {
    Path directory = Files.createDirectories(Path.of(args[0]));
    int first = Integer.parseInt(args[1]);
    for (int i = first; i < first + Integer.parseInt(args[2]); i++) {
      make(directory, "bench-package-" + i, Integer.parseInt(args[3]), new Random(i));
    }
  }

  private static void make(Path directory, String name, int most, Random random)
      throws IOException {
    // Most packages of a distribution have few files, and some have thousands.
    int files = 1 + (int) (most * 2 * Math.pow(random.nextDouble(), 4) * 2.5);
    Path file = directory.resolve(name + "-1.0-1-any.pkg.tar.zst");
    try (OutputStream out = Files.newOutputStream(file);
        TarArchiveOutputStream tar =
            new TarArchiveOutputStream(new ZstdOutputStream(out, 3), "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      add(tar, ".PKGINFO", info(name, random));
      String base = "usr/share/" + name + "/";
      for (int i = 0; i < files; i++) {
        add(tar, base + "part" + i / 40 + "/" + Long.toHexString(random.nextLong()), new byte[16]);
      }
    }
  }

  private static byte[] info(String name, Random random) {
    StringBuilder text = new StringBuilder();
    text.append("pkgname = ").append(name).append("\npkgbase = ").append(name);
    text.append("\npkgver = 1.0-1\npkgdesc = A package of a benchmark, number ");
    text.append(random.nextInt(1 << 30)).append("\nurl = https://example.org/").append(name);
    text.append("\nbuilddate = 1763665200\npackager = Bench <bench@example.org>\nsize = ");
    text.append(random.nextInt(1 << 24)).append("\narch = any\nlicense = MIT\n");
    for (int i = random.nextInt(12); i > 0; i--) {
      text.append("depend = bench-package-").append(random.nextInt(15_000)).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] bytes)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(bytes.length);
    entry.setModTime(1_763_665_200_000L);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }
}
