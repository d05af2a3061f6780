package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.larder.format.Compression;
import dev.larder.format.InvalidPackage;
import dev.larder.format.PackageRecord;
import dev.larder.format.TarMembers;
import dev.larder.format.freebsd.PkgRepositoryFormat.Style;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damages packages that pkg made: their bytes, and the text of their manifests. Reading the result
/// works, and then all that is kept of it can be used, or says [InvalidPackage], soon. The seed of
/// a failure is in its message.
final class PackageFuzzTest {
  private static final PkgRepositoryFormat FORMAT = new PkgRepositoryFormat(Style.PUBKEY);
  private static final int ROUNDS = 600;
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final String NASTY = "{}[]\",:\\\n\0%$;=#/*é<0129-+";

  @TempDir Path work;

  /// Whether the bytes are refused.
  private boolean isRefused(byte[] bytes, long seed) {
    return assertTimeoutPreemptively(
        LIMIT,
        () -> {
          try {
            PackageRecord read = FORMAT.read(Files.write(work.resolve("x"), bytes));
            assertThat(FORMAT.info(read.bytes())).isEqualTo(read.info());
            assertThat(FORMAT.files(read.bytes())).doesNotContainNull();
            assertThat(FORMAT.pathOf(read, "x")).matches("All/Hashed/[A-Za-z0-9._+,@~-]+\\.pkg");
            return false;
          } catch (InvalidPackage e) {
            assertThat(e).hasMessageStartingWith("package: ");
            return true;
          }
        },
        "seed " + seed + "L");
  }

  private static byte[] sample(Random random) throws IOException {
    String repository = random.nextBoolean() ? "manifests/config" : "manifests/json";
    return Files.readAllBytes(PackageReaderTest.packages(repository).getFirst());
  }

  @Test
  void damagedFilesAreReadOrRefused() throws Exception {
    long base = System.nanoTime();
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(base + round);
      byte[] bytes = sample(random);
      for (int i = 1 + random.nextInt(4); i > 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      refused += isRefused(bytes, base + round) ? 1 : 0;
    }
    assertThat(refused).as("seeds from " + base).isPositive();
  }

  @Test
  void damagedManifestsAreReadOrRefused() throws Exception {
    long base = System.nanoTime();
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(base + round);
      String[] manifests = manifests(sample(random));
      int which = random.nextInt(2);
      manifests[which] = damaged(manifests[which], random);
      byte[] bytes = PackageMaker.packed(Compression.NONE, manifests[0], manifests[1]);
      refused += isRefused(bytes, base + round) ? 1 : 0;
    }
    assertThat(refused).as("seeds from " + base).isBetween(1, ROUNDS - 1);
  }

  private static String damaged(String text, Random random) {
    StringBuilder damaged = new StringBuilder(text);
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      int at = random.nextInt(damaged.length());
      switch (random.nextInt(4)) {
        case 0 -> damaged.deleteCharAt(at);
        case 1 -> damaged.insert(at, NASTY.charAt(random.nextInt(NASTY.length())));
        case 2 -> damaged.setCharAt(at, NASTY.charAt(random.nextInt(NASTY.length())));
        default -> damaged.insert(at, text, 0, Math.min(text.length(), random.nextInt(200)));
      }
    }
    return damaged.toString();
  }

  private static String[] manifests(byte[] pkg) throws IOException {
    String[] manifests = new String[2];
    try (TarMembers members = TarMembers.open("x", new ByteArrayInputStream(pkg), 1 << 20)) {
      for (int i = 0; i < 2 && members.next(); i++) {
        manifests[i] = new String(new Content(members).readAllBytes(), StandardCharsets.UTF_8);
      }
    }
    return manifests;
  }
}
