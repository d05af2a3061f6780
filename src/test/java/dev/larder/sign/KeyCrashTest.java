package dev.larder.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.sign.KeyReport.Version;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is in the directory of a key when the process ends between two steps, or when somebody put
/// back an old copy of a part of it.
final class KeyCrashTest {
  private static final List<String> FILES =
      List.of("info", "1.secret", "1.public", "2.secret", "2.public");

  @TempDir Path directory;
  private Path path = Path.of("");
  private Path key = Path.of("");
  private Path file = Path.of("");
  private KeyStore store;
  private String first = "";
  private String second = "";

  @BeforeEach
  void open() throws IOException {
    path = directory.resolve("keys");
    key = path.resolve("a");
    file = Files.writeString(directory.resolve("file"), "bytes of a package");
    reopen();
    first =
        store
            .create("a", KeyKind.OPENPGP_ED25519, "A <a@example.org>", null)
            .current()
            .fingerprint();
    keep("before");
    second = Objects.requireNonNull(store.rotate("a").next()).fingerprint();
    keep("rotating");
    store.finishRotation("a");
    keep("after");
  }

  private void reopen() throws IOException {
    store = KeyStore.open(path, InstantSource.system());
  }

  /// Keeps what is there, to be put back later.
  private void keep(String name) throws IOException {
    Path copy = Files.createDirectory(directory.resolve(name));
    for (String each : names()) {
      Files.copy(key.resolve(each), copy.resolve(each));
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(key)) {
      return all.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  /// Makes the directory of these files, each `state/name`, and starts again.
  private void started(String... wanted) throws IOException {
    for (String each : FILES) {
      Files.deleteIfExists(key.resolve(each));
    }
    for (String each : wanted) {
      Path from = directory.resolve(each);
      Files.copy(from, key.resolve(from.getFileName()));
    }
    reopen();
  }

  private void signsWith(String fingerprint) throws IOException {
    OpenPgpSigner signer = store.signers(List.of("a")).openPgp().getFirst();
    assertThat(signer.fingerprint()).isEqualTo(fingerprint);
    assertThat(signer.sign(file)).isNotEmpty();
  }

  // ---- while a successor is made --------------------------------------------------------------

  @Test
  void aSuccessorThatIsNotWrittenDownIsKeptAndNotUsed() throws Exception {
    started("before/info", "before/1.secret", "before/1.public", "rotating/2.secret");
    signsWith(first);
    assertThat(names()).containsExactly("1.public", "1.secret", "2.secret", "info");
    started(
        "before/info",
        "before/1.secret",
        "before/1.public",
        "rotating/2.secret",
        "rotating/2.public");
    signsWith(first);
    assertThat(store.warnings())
        .singleElement()
        .asString()
        .contains("version 2", key.toString(), "remove them");
    byte[] kept = Files.readAllBytes(key.resolve("2.secret"));
    Version third = Objects.requireNonNull(store.rotate("a").next());
    assertThat(third.number()).isEqualTo(3);
    assertThat(key.resolve("2.secret")).hasBinaryContent(kept);
    store.finishRotation("a");
    reopen();
    signsWith(third.fingerprint());
    assertThat(key.resolve("2.secret")).hasBinaryContent(kept);
  }

  @Test
  void aSuccessorThatIsWrittenDownIsThere() throws Exception {
    started(
        "rotating/info",
        "rotating/1.secret",
        "rotating/1.public",
        "rotating/2.secret",
        "rotating/2.public");
    signsWith(first);
    assertThat(store.signers(List.of("a")).openPgp())
        .extracting(OpenPgpSigner::fingerprint)
        .containsExactly(first, second);
    assertThat(store.warnings()).isEmpty();
  }

  // ---- while it takes over --------------------------------------------------------------------

  @Test
  void theOldSecretGoesAtTheStartOnceTheNewOneIsSeenToSign() throws Exception {
    started(
        "after/info", "rotating/1.secret", "after/1.public", "after/2.secret", "after/2.public");
    signsWith(second);
    assertThat(names()).containsExactly("1.public", "2.public", "2.secret", "info");
  }

  @Test
  void theOldSecretStaysWhileTheNewOneCannotSign() throws Exception {
    started("after/info", "rotating/1.secret", "after/1.public", "after/2.public");
    assertThat(names()).contains("1.secret");
    assertThatThrownBy(() -> signsWith(second))
        .isInstanceOf(KeyRefused.class)
        .hasMessageContaining("its file 2.secret is missing")
        .hasMessageContaining("restore " + key + " from a copy and start again");
    Files.writeString(key.resolve("2.secret"), "half");
    reopen();
    assertThat(names()).contains("1.secret", "2.secret");
    Files.copy(
        directory.resolve("after/2.secret"),
        key.resolve("2.secret"),
        StandardCopyOption.REPLACE_EXISTING);
    reopen();
    signsWith(second);
    assertThat(names()).doesNotContain("1.secret");
  }

  @Test
  void anOldInfoCostsNoKey() throws Exception {
    started("before/info", "after/1.public", "after/2.secret", "after/2.public");
    assertThatThrownBy(() -> signsWith(first)).hasMessageContaining("1.secret is missing");
    assertThat(names()).contains("2.secret", "2.public");
    started("after/info", "after/1.public", "after/2.secret", "after/2.public");
    signsWith(second);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.secret"})
  void aSuccessorThatCannotSignTakesNothingOver(String damaged) throws Exception {
    started(
        "rotating/info",
        "rotating/1.secret",
        "rotating/1.public",
        "rotating/2.secret",
        "rotating/2.public");
    // While it runs.
    Files.writeString(key.resolve(damaged), "half");
    assertThatThrownBy(() -> store.finishRotation("a"))
        .isInstanceOf(KeyRefused.class)
        .hasMessageContaining("the successor of key a cannot be used")
        .hasMessageContaining("larder key rotate a");
    signsWith(first);
    assertThat(key.resolve("info")).hasSameBinaryContentAs(directory.resolve("rotating/info"));
    assertThat(names()).contains("1.secret");
    // And when it is started again.
    reopen();
    signsWith(first);
    assertThat(store.warnings())
        .singleElement()
        .asString()
        .contains("successor of key a, version 2, cannot be used", "larder key rotate a");
    assertThatThrownBy(() -> store.finishRotation("a")).isInstanceOf(KeyRefused.class);
    KeyReport again = store.rotate("a");
    assertThat(Objects.requireNonNull(again.next()).number()).isEqualTo(3);
    store.finishRotation("a");
    reopen();
    signsWith(again.next().fingerprint());
    assertThat(names()).contains("2.secret").doesNotContain("1.secret");
  }

  // ---- one key among others -------------------------------------------------------------------

  @Test
  void aRetiredVersionThatCannotBeReadIsAWarning() throws Exception {
    Files.writeString(key.resolve("1.public"), "half");
    reopen();
    signsWith(second);
    assertThat(store.list())
        .singleElement()
        .satisfies(report -> assertThat(report.retired()).isEmpty());
    assertThat(store.warnings())
        .singleElement()
        .asString()
        .contains("version 1 of key a, which is retired", "restore " + key);
  }

  @Test
  void aDirectoryThatCannotBeReadStopsNeitherTheStartNorOtherKeys() throws Exception {
    store.create("b", KeyKind.OPENPGP_ED25519, "B <b@example.org>", null);
    Files.delete(key.resolve("info"));
    Files.createDirectory(key.resolve("info"));
    Files.createDirectory(
        path.resolve(".gone-1"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.createDirectory(path.resolve("c"));
    reopen();
    assertThat(store.list()).extracting(KeyReport::name).containsExactly("b");
    assertThat(store.warnings())
        .hasSize(2)
        .anyMatch(w -> w.contains("key c is damaged: its file info is missing; restore "))
        .allMatch(w -> w.contains("start again"));
    assertThat(path.resolve(".gone-1")).doesNotExist();
  }

  @Test
  void filesOfAnotherUserAreToldAsSuch() {
    assertThat(KeyTrouble.of(key, new AccessDeniedException("/x/1.secret")))
        .isEqualTo(
            new KeyTrouble(
                "its file 1.secret cannot be read and written by this user",
                "give %s to the user Larder runs as, with chown -R, and start again"
                    .formatted(key)));
    assertThat(
            KeyTrouble.of(key, new FileSystemException("/x/info", null, "Operation not permitted"))
                .advice())
        .contains("chown -R");
  }
}
