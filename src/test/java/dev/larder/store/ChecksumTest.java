package dev.larder.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.store.Checksum.Algorithm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The examples of the standards: RFC 7693, appendices A and B, and FIPS 180-4.
final class ChecksumTest {
  @ParameterizedTest
  @CsvSource({
    "BLAKE2B, blake2b:ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
        + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
    "BLAKE2S, blake2s:508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982",
    "SHA512, sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    "SHA256, sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "MD5, md5:900150983cd24fb0d6963f7d28e17f72"
  })
  void theChecksumOfAbcIsTheOneInTheStandard(Algorithm algorithm, String text) {
    MessageDigest digest = algorithm.digest();
    digest.update("abc".getBytes(StandardCharsets.US_ASCII));
    Checksum checksum = Checksum.of(algorithm, digest);
    assertThat(checksum).hasToString(text);
    assertThat(Checksum.parse(text)).isEqualTo(checksum);
    // A digest that was read begins again.
    digest.update("abc".getBytes(StandardCharsets.US_ASCII));
    assertThat(Checksum.of(algorithm, digest)).isEqualTo(checksum);
  }
}
