package dev.larder.sign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.TagSigner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecoveringKeyTest {
  private static final String MESSAGE = "freebsd-update|amd64|14.1-RELEASE|5|abc|1900000000\n";

  private final TagSigner signer = TagSigner.create(1024);
  private final RecoveringKey key = key(signer.pem());

  private static RecoveringKey key(byte[] pem) {
    RecoveringKey key = RecoveringKey.ofPem(pem);
    if (key == null) {
      throw new AssertionError("no key: " + new String(pem, StandardCharsets.ISO_8859_1));
    }
    return key;
  }

  private static byte[] sample(String name) throws IOException {
    String path = "/freebsd/update/14.1-RELEASE/amd64/" + name;
    try (InputStream in = RecoveringKeyTest.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new AssertionError("no sample " + name);
      }
      return in.readAllBytes();
    }
  }

  private @Nullable String recovered(byte[] signature) {
    byte[] message = key.recover(signature);
    return message == null ? null : new String(message, StandardCharsets.ISO_8859_1);
  }

  @Test
  void getsBackWhatOpensslSigned() throws IOException {
    byte[] message = key(sample("pub.ssl")).recover(sample("latest.ssl"));
    assertThat(message).isNotNull();
    assertThat(new String(message, StandardCharsets.US_ASCII))
        .isEqualTo(
            "freebsd-update|amd64|14.1-RELEASE|5|"
                + "fd3f70b5bfb528e1db54048077a96bfc89bdfb8eaaae9882d43f7de026893074|1900000000\n");
  }

  @Test
  void getsBackMessagesOfEveryLength() {
    assertThat(recovered(signer.sign(MESSAGE))).isEqualTo(MESSAGE);
    assertThat(recovered(signer.sign(""))).isEmpty();
    String longest = "x".repeat(signer.length() - 11);
    assertThat(recovered(signer.sign(longest))).isEqualTo(longest);
    assertThat(recovered(signer.sign("\0\0two zeros"))).isEqualTo("\0\0two zeros");
  }

  @Test
  void keysOfAnyNumberOfBitsFit() {
    for (int bits : new int[] {1023, 1025, 2047}) {
      TagSigner odd = TagSigner.create(bits);
      assertThat(key(odd.pem()).recover(odd.sign(MESSAGE)))
          .isEqualTo(MESSAGE.getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Test
  void anotherKeysSignatureDoesNotFit() {
    assertThat(recovered(TagSigner.create(1024).sign(MESSAGE))).isNull();
    assertThat(recovered(TagSigner.create(2048).sign(MESSAGE))).isNull();
  }

  @Test
  void noByteOfThePaddingMayBeWrong() {
    byte[] good = signer.padded(MESSAGE);
    int end = good.length - MESSAGE.length();
    for (int at = 0; at < end; at++) {
      for (int value : new int[] {0, 1, 2, 0x7f, 0xff}) {
        byte[] block = good.clone();
        block[at] = (byte) value;
        // A block that is not smaller than the modulus cannot be signed; a zero further on only
        // moves the beginning of the message.
        boolean signable = (block[0] & 0xff) == 0;
        boolean moved = value == 0 && at >= 10;
        if (signable && !Arrays.equals(block, good) && !moved) {
          assertThat(recovered(signer.signPadded(block))).as("byte %d = %d", at, value).isNull();
        }
      }
    }
  }

  @Test
  void aDamagedSignatureDoesNotFit() {
    byte[] good = signer.sign(MESSAGE);
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 0x10;
      assertThat(recovered(bad)).as("byte %d", at).isNotEqualTo(MESSAGE);
    }
    assertThat(recovered(new byte[0])).isNull();
    assertThat(recovered(new byte[signer.length()])).isNull();
    byte[] large = new byte[signer.length()];
    Arrays.fill(large, (byte) 0xff);
    assertThat(recovered(large)).isNull();
    assertThat(recovered(Arrays.copyOf(good, good.length - 1))).isNull();
    assertThat(recovered(Arrays.copyOf(good, good.length + 1))).isNull();
  }

  @Test
  void onlyAPublicRsaKeyIsOne() {
    assertThat(RecoveringKey.ofPem(new byte[0])).isNull();
    assertThat(RecoveringKey.ofPem("<html></html>".getBytes(StandardCharsets.US_ASCII))).isNull();
    // Ed25519, RFC 8410
    assertThat(
            RecoveringKey.ofPem(
                """
                -----BEGIN PUBLIC KEY-----
                MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
                -----END PUBLIC KEY-----
                """
                    .getBytes(StandardCharsets.US_ASCII)))
        .isNull();
    String pem = new String(signer.pem(), StandardCharsets.US_ASCII);
    String crlf = "a comment\n" + pem.replace("\n", "\r\n");
    assertThat(RecoveringKey.ofPem(crlf.getBytes(StandardCharsets.US_ASCII))).isNotNull();
    String cut = pem.substring(0, pem.length() - 40);
    assertThat(RecoveringKey.ofPem(cut.getBytes(StandardCharsets.US_ASCII))).isNull();
  }

  @Test
  void aDamagedKeyIsNeverMoreThanNoKey() {
    long base = System.nanoTime();
    byte[] good = signer.pem();
    byte[] signature = signer.sign(MESSAGE);
    for (int round = 0; round < 2000; round++) {
      Random random = new Random(base + round);
      byte[] pem = good.clone();
      for (int times = 1 + random.nextInt(3); times > 0; times--) {
        pem[random.nextInt(pem.length)] = (byte) (0x20 + random.nextInt(0x60));
      }
      try {
        RecoveringKey damaged = RecoveringKey.ofPem(pem);
        if (damaged != null) {
          damaged.recover(signature);
        }
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + (base + round) + "L", e);
      }
    }
  }
}
