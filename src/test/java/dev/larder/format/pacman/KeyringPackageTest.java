package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.PackageRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyringPackageTest {
  private static final Instant TIME = Instant.ofEpochSecond(1_800_000_000);
  private static final String ONE = "A462CF214FD361AFB320363D773207891401A2C7";
  private static final String TWO = "0000000000000000000000000000000000000002";

  @TempDir private Path directory;

  private static byte[] key(int packet) {
    return new byte[] {(byte) 0x98, (byte) packet, 1, 2, 3};
  }

  private static KeyringPackage made(KeyringPackage.Key... keys) {
    return KeyringPackage.of("lab", "20261126-1", TIME, List.of(keys), List.of(TWO));
  }

  @Test
  void itIsAPackageLikeAnyOther() throws Exception {
    KeyringPackage keyring =
        made(new KeyringPackage.Key(ONE, key(1)), new KeyringPackage.Key(TWO, key(2)));
    assertThat(keyring.fileName()).isEqualTo("lab-keyring-20261126-1-any.pkg.tar.zst");
    Path file = directory.resolve(keyring.fileName());
    keyring.write(file);
    PacmanRepositoryFormat format = new PacmanRepositoryFormat(Compat.CURRENT);
    PackageRecord read = format.read(file);
    assertThat(format.pathOf(read, "")).isEqualTo(keyring.fileName());
    assertThat(read.info().name()).isEqualTo("lab-keyring");
    assertThat(read.info().builtAt()).isEqualTo(TIME);
    assertThat(read.info().hasScripts()).isTrue();
    assertThat(format.files(read.bytes()))
        .containsExactly(
            "usr/",
            "usr/share/",
            "usr/share/pacman/",
            "usr/share/pacman/keyrings/",
            "usr/share/pacman/keyrings/lab-revoked",
            "usr/share/pacman/keyrings/lab-trusted",
            "usr/share/pacman/keyrings/lab.gpg");
  }

  @Test
  void theSameKeysMakeTheSameBytes() throws Exception {
    Path one = directory.resolve("one");
    Path other = directory.resolve("other");
    made(new KeyringPackage.Key(ONE, key(1)), new KeyringPackage.Key(TWO, key(2))).write(one);
    String armored =
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: x\n\n"
            + Base64.getEncoder().encodeToString(key(1))
            + "\n=aaaa\n-----END PGP PUBLIC KEY BLOCK-----\n";
    made(
            new KeyringPackage.Key(TWO, key(2)),
            new KeyringPackage.Key(
                "a462 cf21 " + ONE.substring(8), armored.getBytes(StandardCharsets.US_ASCII)))
        .write(other);
    assertThat(Files.readAllBytes(one)).isEqualTo(Files.readAllBytes(other));
  }

  @Test
  void whatIsNoKeyIsRefused() {
    assertThatThrownBy(() -> made(new KeyringPackage.Key("12", key(1))))
        .hasMessageContaining("fingerprint");
    assertThatThrownBy(() -> made(new KeyringPackage.Key(ONE, new byte[0])))
        .hasMessageContaining("no OpenPGP key");
    for (String damaged :
        List.of(
            "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n",
            "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n*\n-----END PGP PUBLIC KEY BLOCK-----\n")) {
      byte[] bytes = damaged.getBytes(StandardCharsets.US_ASCII);
      assertThatThrownBy(() -> made(new KeyringPackage.Key(ONE, bytes)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("armored block");
    }
    assertThatThrownBy(() -> KeyringPackage.of("La/b", "1-1", TIME, List.of(), List.of()))
        .hasMessageContaining("lower-case");
    assertThatThrownBy(() -> KeyringPackage.of("lab", "1", TIME, List.of(), List.of()))
        .hasMessageContaining("20261126-1");
  }
}
