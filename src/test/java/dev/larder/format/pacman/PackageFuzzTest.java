package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.larder.format.Compression;
import dev.larder.format.InvalidPackage;
import dev.larder.format.PackageRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damages packages in every layer and reads them. The seed of a failure is in its message.
final class PackageFuzzTest {
  private static final int ROUNDS = 1500;
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final List<Compression> PACKINGS =
      List.of(
          Compression.ZSTD,
          Compression.GZIP,
          Compression.XZ,
          Compression.BZIP2,
          Compression.LZ4,
          Compression.NONE);

  @TempDir private Path directory;

  private final PacmanRepositoryFormat format = new PacmanRepositoryFormat(Compat.V6_0);

  private static byte[] tar() throws IOException {
    try (var in =
        Compression.ZSTD.open(new ByteArrayInputStream(Samples.bytes(Samples.PACKAGES.get(0))))) {
      return in.readAllBytes();
    }
  }

  private static byte[] damaged(byte[] bytes, Random random) {
    byte[] damaged = bytes.clone();
    for (int changes = random.nextInt(1, 6); changes > 0; changes--) {
      int at = random.nextInt(damaged.length);
      switch (random.nextInt(6)) {
        case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> damaged[at] = (byte) random.nextInt(256);
        case 2 -> damaged = Arrays.copyOf(damaged, Math.max(1, at));
        case 3 -> {
          int length = Math.min(random.nextInt(1, 600), damaged.length - at);
          int from = random.nextInt(damaged.length - length + 1);
          System.arraycopy(damaged, from, damaged, at, length);
        }
        case 4 -> {
          int length = Math.min(random.nextInt(1, 40), damaged.length - at);
          Arrays.fill(
              damaged, at, at + length, (byte) "\0 =/.\n97x\u00ff".charAt(random.nextInt(10)));
        }
        default -> damaged = joined(damaged, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
      }
    }
    return damaged;
  }

  private static byte[] joined(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  // With right checksums in its headers the damage gets further.
  private static byte[] withSums(byte[] tar) {
    byte[] summed = tar.clone();
    for (int at = 0; at + 512 <= summed.length; at += 512) {
      if (new String(summed, at + 257, 5, StandardCharsets.ISO_8859_1).equals("ustar")) {
        byte[] header = Arrays.copyOfRange(summed, at, at + 512);
        TarHeader.sum(header);
        System.arraycopy(header, 0, summed, at, 512);
      }
    }
    return summed;
  }

  private void read(byte[] bytes) throws IOException {
    Path file = Files.write(directory.resolve("package"), bytes);
    Path copy = directory.resolve("copy");
    try {
      PackageRecord read = format.read(file);
      assertThat(format.info(read.bytes())).isEqualTo(read.info());
      assertThat(format.files(read.bytes())).doesNotHaveDuplicates();
      format.pathOf(read, "x");
      format.lint("x86_64", List.of(read.info()));
      format.bump(file, List.of(), copy);
      PackageRecord again = format.read(copy);
      assertThat(format.compareVersions(again.info().version(), read.info().version()))
          .isPositive();
      assertThat(format.files(again.bytes())).isEqualTo(format.files(read.bytes()));
    } catch (InvalidPackage e) {
      assertThat(e).hasMessageMatching("\\P{Cntrl}{5,600}");
    }
  }

  @Test
  void damagedPackagesAreRefusedAndNothingElseHappens() throws Exception {
    byte[] tar = tar();
    long seed = System.nanoTime();
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(seed + round);
      boolean outside = random.nextInt(4) == 0;
      byte[] inner = outside ? tar : damaged(tar, random);
      byte[] plain = random.nextBoolean() ? withSums(inner) : inner;
      // Four in five by zstd: packing by xz costs most of the time.
      Compression packing = PACKINGS.get(Math.max(0, random.nextInt(25) - 19));
      byte[] packed = Archive.pack(packing, plain);
      byte[] bytes = outside ? damaged(packed, random) : packed;
      try {
        assertTimeoutPreemptively(LIMIT, () -> read(bytes));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + (seed + round) + ": " + e, e);
      }
    }
  }

  @Test
  void damagedMetadataIsRefusedAndNothingElseHappens() throws Exception {
    long seed = System.nanoTime();
    byte[] info =
        "pkgname = a\npkgver = 1:1.0-1\narch = any\nsize = 12\ndepend = glibc\nbuilddate = 1\n"
            .getBytes(StandardCharsets.UTF_8);
    byte[] mtree =
        "#mtree\n/set type=file\n./usr type=dir\n./usr/x size=1 sha256digest=00\n./.PKGINFO size=9\n"
            .getBytes(StandardCharsets.UTF_8);
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(seed + round);
      byte[] badInfo = random.nextBoolean() ? info : damaged(info, random);
      String badTree = new String(damaged(mtree, random), StandardCharsets.UTF_8);
      PackageMaker maker =
          PackageMaker.empty()
              .file(".PKGINFO", badInfo)
              .file(".BUILDINFO", damaged(info, random))
              .directory("usr")
              .file("usr/x", "x");
      PackageMaker withTree =
          PackageMaker.empty()
              .file(".PKGINFO", badInfo)
              .file(".MTREE", PackageMaker.gzip(badTree))
              .directory("usr")
              .file("usr/x", "x");
      byte[] bytes = (random.nextBoolean() ? maker : withTree).tar();
      try {
        assertTimeoutPreemptively(LIMIT, () -> read(bytes));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + (seed + round) + ": " + e, e);
      }
    }
  }

  @Test
  void damagedRecordsAreNoticedOrReadAsOthers() throws Exception {
    byte[] record =
        PackageReader.read(
                Files.write(directory.resolve("p"), Samples.bytes(Samples.PACKAGES.get(0))))
            .bytes();
    long seed = System.nanoTime();
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = damaged(record, new Random(seed + round));
      try {
        format.info(bytes);
        format.files(bytes);
      } catch (IllegalArgumentException e) {
        // That is what they are to say.
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + (seed + round) + ": " + e, e);
      }
    }
  }
}
