package dev.larder.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A signature is checked before anybody gets it, whoever made it.
final class DetachedSignerTest {
  private static final byte[] CONTENT = "bytes".getBytes(StandardCharsets.UTF_8);

  private static byte[] signed(OpenPgpSecret secret, DigestSigner signer) throws IOException {
    return new DetachedSigner("a", secret.certificate(), signer, InstantSource.system())
        .sign(new ByteArrayInputStream(CONTENT));
  }

  @ParameterizedTest
  @EnumSource(names = {"OPENPGP_ED25519", "OPENPGP_RSA4096"})
  void aWrongSignatureIsNeverHandedOut(KeyKind kind) throws Exception {
    InstantSource clock = InstantSource.system();
    OpenPgpSecret secret = OpenPgpSecret.create(kind, "A <a@example.org>", null, clock);
    OpenPgpSecret other =
        OpenPgpSecret.create(KeyKind.OPENPGP_ED25519, "B <b@example.org>", null, clock);
    assertThat(signed(secret, secret.signer())).isNotEmpty();
    DigestSigner flipped =
        digest -> {
          List<byte[]> numbers = new ArrayList<>(secret.signer().sign(digest));
          numbers.getLast()[5] ^= 1;
          return numbers;
        };
    DigestSigner ofSomethingElse = digest -> secret.signer().sign(new byte[digest.length]);
    DigestSigner nothing = _ -> List.of();
    for (DigestSigner wrong : List.of(flipped, ofSomethingElse, nothing, other.signer())) {
      assertThatThrownBy(() -> signed(secret, wrong))
          .isInstanceOf(KeyRefused.class)
          .hasMessageContaining("made with key " + secret.certificate().fingerprint())
          .hasMessageContaining("log of its gpg-agent");
    }
  }
}
