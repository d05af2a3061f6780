package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.larder.format.Compression;
import dev.larder.format.InvalidIndex;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Damages a real database in every packing, before and after packing it, and asks that reading it
/// either works or says [InvalidIndex], soon. The seed of a failure is in its message.
final class DamagedDatabaseTest {
  private static final int ROUNDS = 300;
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private static byte[] sample(String name) throws IOException {
    try (InputStream in = DamagedDatabaseTest.class.getResourceAsStream("/arch/lab/" + name)) {
      if (in == null) {
        throw new AssertionError("no sample " + name);
      }
      return new GZIPInputStream(new ByteArrayInputStream(in.readAllBytes())).readAllBytes();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD", "XZ", "BZIP2", "LZ4", "NONE"})
  void aDamagedDatabaseIsReadOrRefused(Compression compression) throws Exception {
    Map<String, byte[]> plains =
        Map.of("lab.db", sample("lab.db"), "lab.files", sample("lab.files"));
    Map<String, byte[]> packed = new HashMap<>();
    for (Map.Entry<String, byte[]> plain : plains.entrySet()) {
      packed.put(plain.getKey(), Archive.pack(compression, plain.getValue()));
    }
    long base = System.nanoTime();
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long seed = base + round;
      Random random = new Random(seed);
      String index = random.nextBoolean() ? "lab.files" : "lab.db";
      byte[] bytes =
          random.nextBoolean()
              ? damaged(packed.getOrDefault(index, new byte[0]), random)
              : Archive.pack(compression, damaged(plains.getOrDefault(index, new byte[0]), random));
      refused += isRefused(index, bytes, compression + ", seed " + seed + "L") ? 1 : 0;
    }
    assertThat(refused).as("seeds from " + base).isPositive();
  }

  private static boolean isRefused(String index, byte[] bytes, String what) {
    return assertTimeoutPreemptively(
        LIMIT,
        () -> {
          try {
            Archive.promises(index, bytes);
            return false;
          } catch (InvalidIndex e) {
            assertThat(e.getMessage()).as(what).startsWith(index + ": ").doesNotContain("\n");
            return true;
          } catch (IOException | RuntimeException e) {
            throw new AssertionError(what, e);
          }
        },
        what);
  }

  private static byte[] damaged(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    for (int times = 1 + random.nextInt(4); times > 0 && bytes.length > 1; times--) {
      int at = random.nextInt(bytes.length);
      int length = Math.min(bytes.length - at, 1 + random.nextInt(600));
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = spliced(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
        case 4 -> bytes = spliced(bytes, at, at + length, new byte[0]);
        default -> {
          byte[] noise = new byte[length];
          random.nextBytes(noise);
          bytes = spliced(bytes, at, at + length, noise);
        }
      }
    }
    return bytes;
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] with) {
    byte[] result = new byte[bytes.length - (to - from) + with.length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(with, 0, result, from, with.length);
    System.arraycopy(bytes, to, result, from + with.length, bytes.length - to);
    return result;
  }
}
