package dev.larder;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.larder.format.Compression;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Small packages of pacman's for [TrainCommand] to upload: tar archives (POSIX.1, ustar) with the
/// least that a package must have.
final class SamplePackages {
  private static final int BLOCK = 512;
  private static final int FILES = 20;
  private static final int CHECKSUM = 148;

  private SamplePackages() {}

  /// Writes packages into a directory.
  ///
  /// @return their paths
  static List<String> write(Path directory, int count) throws IOException {
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path file = directory.resolve("sample%d-1-1-any.pkg.tar.gz".formatted(i));
      write(file, "sample" + i);
      paths.add(file.toString());
    }
    return paths;
  }

  private static void write(Path file, String name) throws IOException {
    try (OutputStream out = Compression.GZIP.pack(Files.newOutputStream(file))) {
      String info =
          """
          pkgname = %s
          pkgbase = %s
          pkgver = 1-1
          pkgdesc = A sample
          url = https://example.org
          builddate = 1763665200
          packager = Larder <larder@example.org>
          size = 1000
          arch = any
          license = MIT
          depend = glibc
          """
              .formatted(name, name);
      member(out, ".PKGINFO", info.getBytes(US_ASCII));
      for (int i = 0; i < FILES; i++) {
        member(out, "usr/share/%s/file-%d".formatted(name, i), name.getBytes(US_ASCII));
      }
      out.write(new byte[2 * BLOCK]);
    }
  }

  private static void member(OutputStream out, String name, byte[] content) throws IOException {
    byte[] header = new byte[BLOCK];
    put(header, 0, name);
    put(header, 100, "0000644");
    put(header, 108, "0000000");
    put(header, 116, "0000000");
    put(header, 124, "%011o".formatted(content.length));
    put(header, 136, "%011o".formatted(1_763_665_200));
    Arrays.fill(header, CHECKSUM, CHECKSUM + 8, (byte) ' ');
    header[156] = '0';
    put(header, 257, "ustar\00000");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, CHECKSUM, "%06o\0".formatted(sum));
    out.write(header);
    out.write(Arrays.copyOf(content, (content.length + BLOCK - 1) / BLOCK * BLOCK));
  }

  private static void put(byte[] header, int offset, String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    System.arraycopy(bytes, 0, header, offset, bytes.length);
  }
}
