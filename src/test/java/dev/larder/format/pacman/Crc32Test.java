package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.Bytes;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

final class Crc32Test {
  private static int sum(byte[] bytes, int from, int to) {
    CRC32 sum = new CRC32();
    sum.update(bytes, from, to - from);
    return (int) sum.getValue();
  }

  @Test
  void theSumOfBothIsThatOfTheWhole() {
    Random random = new Random(4);
    for (int round = 0; round < 300; round++) {
      byte[] bytes = Bytes.random(random.nextInt(5000), random.nextLong());
      int cut = random.nextInt(bytes.length + 1);
      assertThat(
              Crc32.joined(sum(bytes, 0, cut), sum(bytes, cut, bytes.length), bytes.length - cut))
          .isEqualTo(sum(bytes, 0, bytes.length));
    }
  }

  @Test
  void piecesMayBeLong() {
    byte[] first = Bytes.random(10, 1);
    byte[] whole = Arrays.copyOf(first, 10 + (64 << 20));
    assertThat(Crc32.joined(sum(first, 0, 10), sum(new byte[64 << 20], 0, 64 << 20), 64 << 20))
        .isEqualTo(sum(whole, 0, whole.length));
  }
}
