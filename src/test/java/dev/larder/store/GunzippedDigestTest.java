package dev.larder.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.store.Checksum.Algorithm;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GunzippedDigestTest {
  private static final int ROUNDS = 4000;
  private static final byte[] CONTENT = sampleContent();

  // Some text, something that does not compress, and more than a buffer of zeros.
  private static byte[] sampleContent() {
    byte[] content = new byte[60_000];
    byte[] noise = new byte[2000];
    new Random(1).nextBytes(noise);
    System.arraycopy(noise, 0, content, 500, noise.length);
    byte[] text = "world|base|/usr/share/lab/f0|f|0|0|0644|0|".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, content, 0, text.length);
    return content;
  }

  private static Checksum gunzipped(byte[] file) {
    MessageDigest digest = Algorithm.GUNZIPPED_SHA256.digest();
    digest.update(file);
    return Checksum.of(Algorithm.GUNZIPPED_SHA256, digest);
  }

  private static Checksum wanted(byte[] content) {
    return new Checksum(Algorithm.GUNZIPPED_SHA256, Checksum.sha256(content).hex());
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private static @Nullable String fault(byte[] file, long max) throws IOException {
    return GzipMember.faultOf(new ByteArrayInputStream(file), max);
  }

  @Test
  void isAnAlgorithmLikeTheOthers() {
    Checksum wanted = wanted(CONTENT);
    assertThat(wanted).hasToString("gunzipped-sha256:" + Checksum.sha256(CONTENT).hex());
    assertThat(Checksum.parse(wanted.toString())).isEqualTo(wanted);
    assertThat(Algorithm.GUNZIPPED_SHA256.digest().getDigestLength()).isEqualTo(32);
    assertThat(Algorithm.values())
        .filteredOn(algorithm -> !algorithm.ofExactBytes())
        .containsExactly(Algorithm.GUNZIPPED_SHA256);
  }

  @Test
  void twoFilesWithTheSameContentAreBothRightAndHaveTheirOwnSha256() {
    byte[] file = GzipFile.of(CONTENT, 0);
    byte[] other = GzipFile.of(CONTENT, GzipFile.NAME);
    for (byte[] bytes : new byte[][] {file, other}) {
      Hashing hashing = new Hashing(wanted(CONTENT));
      hashing.update(bytes, 0, bytes.length);
      assertThat(hashing.finish()).isEqualTo(new Hashing.Result(Checksum.sha256(bytes), true));
    }
    assertThat(Checksum.sha256(file)).isNotEqualTo(Checksum.sha256(other));
  }

  @Test
  void everyOptionalFieldIsPassedOver() throws IOException {
    for (int flags = 0; flags < 32; flags += 2) {
      byte[] file = GzipFile.of(CONTENT, flags);
      assertThat(gunzipped(file)).as("flags %d", flags).isEqualTo(wanted(CONTENT));
      assertThat(fault(file, CONTENT.length)).isNull();
      // FTEXT, a hint without a field
      byte[] text = GzipFile.of(CONTENT, flags | 1);
      assertThat(gunzipped(text)).as("flags %d", flags | 1).isEqualTo(wanted(CONTENT));
    }
  }

  @Test
  void anEmptyFileCanBePacked() {
    assertThat(gunzipped(GzipFile.of(new byte[0], 0))).isEqualTo(wanted(new byte[0]));
  }

  @Test
  void theBytesMayComeInAnyPieces() {
    for (int flags : new int[] {0, 30}) {
      byte[] file = GzipFile.of(CONTENT, flags);
      for (int split = 0; split <= file.length; split++) {
        MessageDigest digest = Algorithm.GUNZIPPED_SHA256.digest();
        digest.update(file, 0, split);
        digest.update(file, split, file.length - split);
        assertThat(Checksum.of(Algorithm.GUNZIPPED_SHA256, digest))
            .as("flags %d, split at %d", flags, split)
            .isEqualTo(wanted(CONTENT));
      }
      MessageDigest digest = Algorithm.GUNZIPPED_SHA256.digest();
      for (byte b : file) {
        digest.update(b);
      }
      assertThat(Checksum.of(Algorithm.GUNZIPPED_SHA256, digest)).isEqualTo(wanted(CONTENT));
    }
  }

  @Test
  void aDigestCanBeUsedAgain() {
    MessageDigest digest = Algorithm.GUNZIPPED_SHA256.digest();
    byte[] file = GzipFile.of(CONTENT, 0);
    digest.update(file, 0, file.length / 2);
    digest.reset();
    digest.update(file);
    assertThat(Checksum.of(Algorithm.GUNZIPPED_SHA256, digest)).isEqualTo(wanted(CONTENT));
    digest.update(file);
    assertThat(Checksum.of(Algorithm.GUNZIPPED_SHA256, digest)).isEqualTo(wanted(CONTENT));
  }

  @Test
  void aFileThatIsCutShortIsNeverRight() throws IOException {
    for (int flags : new int[] {0, 30}) {
      byte[] file = GzipFile.of(CONTENT, flags);
      for (int length = 0; length < file.length; length++) {
        byte[] cut = Arrays.copyOf(file, length);
        assertThat(gunzipped(cut)).as("%d bytes", length).isNotEqualTo(wanted(CONTENT));
        assertThat(fault(cut, CONTENT.length)).isEqualTo("is cut short");
      }
    }
  }

  @Test
  void nothingMayFollow() throws IOException {
    byte[] file = GzipFile.of(CONTENT, 0);
    byte[] empty = GzipFile.of(new byte[0], 0);
    for (byte[] more : new byte[][] {{0}, {'x'}, new byte[512], file, empty}) {
      byte[] longer = joined(file, more);
      assertThat(gunzipped(longer)).isNotEqualTo(wanted(CONTENT));
      assertThat(gunzipped(longer)).isNotEqualTo(wanted(joined(CONTENT, CONTENT)));
      assertThat(fault(longer, Long.MAX_VALUE)).isEqualTo("is followed by something else");
    }
  }

  @Test
  void noByteOfTheTrailerMayBeWrong() {
    byte[] file = GzipFile.of(CONTENT, 0);
    for (int back = 1; back <= 8; back++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = file.clone();
        damaged[file.length - back] ^= (byte) (1 << bit);
        assertThat(gunzipped(damaged)).isNotEqualTo(wanted(CONTENT));
      }
    }
  }

  @Test
  void theHeaderMustBeOneThatIsUnderstood() throws IOException {
    for (int at : new int[] {0, 1, 2}) {
      byte[] damaged = GzipFile.of(CONTENT, 0);
      damaged[at] ^= 1;
      assertThat(gunzipped(damaged)).isNotEqualTo(wanted(CONTENT));
      assertThat(fault(damaged, Long.MAX_VALUE)).isEqualTo("does not begin as a gzip file does");
    }
    for (int flag : new int[] {0x20, 0x40, 0x80}) {
      byte[] damaged = GzipFile.of(CONTENT, 0);
      damaged[3] |= (byte) flag;
      assertThat(fault(damaged, Long.MAX_VALUE)).contains("unknown flags");
    }
    byte[] checked = GzipFile.of(CONTENT, 30);
    int check = GzipFile.header(30).length - 2;
    checked[check] ^= 1;
    assertThat(fault(checked, Long.MAX_VALUE)).isEqualTo("has a header whose checksum is wrong");
    assertThat(gunzipped(checked)).isNotEqualTo(wanted(CONTENT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "<html></html>", "BSDIFF40 and so on, longer than a header"})
  void whatIsNoGzipFileIsNeverRight(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    assertThat(gunzipped(bytes)).isNotEqualTo(wanted(bytes));
    assertThat(gunzipped(bytes)).isNotEqualTo(wanted(new byte[0]));
  }

  @Test
  void theValueOfAWrongFileCannotBeAskedFor() {
    byte[] wrong = {1, 2, 3};
    assertThat(gunzipped(wrong)).isNotEqualTo(gunzipped(wrong));
  }

  @Test
  void aBombIsRefusedBeforeItIsUnpacked() throws IOException {
    byte[] file = GzipFile.of(new byte[50_000_000], 0);
    assertThat(fault(file, 1_000_000)).isEqualTo("holds more than 1000000 bytes");
    MessageDigest digest = new GunzippedDigest(1_000_000);
    digest.update(file);
    assertThat(HexFormat.of().formatHex(digest.digest()))
        .isNotEqualTo(wanted(new byte[50_000_000]).hex());
    assertThat(fault(file, 50_000_000)).isNull();
  }

  /// Damages files and compares with what the Java runtime reads from them. That one takes more:
  /// what follows a member, further members, unknown flags.
  @Test
  void nothingIsRightThatJavaReadsAsSomethingElse() {
    long base = System.nanoTime();
    int right = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(base + round);
      byte[] content = Arrays.copyOf(CONTENT, random.nextInt(3000));
      byte[] file = damaged(GzipFile.of(content, 2 * random.nextInt(16)), random);
      byte[] read = readByJava(file);
      Checksum value = gunzipped(file);
      String what = "seed " + (base + round) + "L";
      if (read == null) {
        assertThat(value).as(what).isNotEqualTo(wanted(content));
      } else if (value.equals(wanted(read))) {
        right++;
        assertThat(faultQuietly(file)).as(what).isNull();
      } else {
        assertThat(faultQuietly(file)).as(what).isNotNull();
        assertThat(value).as(what).isNotEqualTo(wanted(content));
      }
    }
    // Changes of the time in the header, and rounds that cut nothing off.
    assertThat(right).as("seeds from " + base).isBetween(1, ROUNDS / 2);
  }

  private static @Nullable String faultQuietly(byte[] file) {
    try {
      return fault(file, Long.MAX_VALUE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte @Nullable [] readByJava(byte[] file) {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(file))) {
      return in.readAllBytes();
    } catch (IOException | StackOverflowError e) {
      return null;
    }
  }

  private static byte[] damaged(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(5)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[random.nextInt(16)] = (byte) random.nextInt();
      case 2 -> bytes = Arrays.copyOf(bytes, at);
      case 3 -> bytes = joined(bytes, Arrays.copyOf(whole, at));
      default -> {
        byte[] noise = new byte[Math.min(bytes.length - at, 1 + random.nextInt(20))];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, bytes, at, noise.length);
      }
    }
    return bytes;
  }
}
