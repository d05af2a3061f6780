package dev.larder.sign;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.sign.KeyRefused.Reason;
import dev.larder.sign.KeyReport.Origin;
import dev.larder.sign.KeyReport.Version;
import dev.larder.sign.Keyring.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyStoreTest {
  private static final String USER = "Packages of Example <packages@example.org>";

  @TempDir Path directory;
  private final SetClock clock = new SetClock();
  private Path path = Path.of("");
  private Path file = Path.of("");
  private KeyStore store;

  /// A clock the test sets.
  private static final class SetClock implements InstantSource {
    private Instant now = Instant.parse("2026-11-21T10:00:00.5Z");

    @Override
    public Instant instant() {
      return now;
    }
  }

  @BeforeEach
  void open() throws IOException {
    path = directory.resolve("keys");
    byte[] bytes = new byte[300_000];
    new Random(1).nextBytes(bytes);
    file = Files.write(directory.resolve("file"), bytes);
    reopen();
  }

  private void reopen() throws IOException {
    store = KeyStore.open(path, clock);
  }

  private KeyReport created(String name) throws IOException {
    return store.create(name, KeyKind.OPENPGP_ED25519, USER, null);
  }

  private static void refused(Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            KeyRefused.class,
            e -> {
              assertThat(e.reason()).isEqualTo(reason);
              assertThat(e.advice()).isNotBlank();
            });
  }

  private Verdict verified(byte[] publicKey, byte[] signature) throws IOException {
    Path keys = Files.write(directory.resolve("public.asc"), publicKey);
    try (InputStream in = Files.newInputStream(file)) {
      return OpenPgpKeyring.open(keys, clock).verify(in, signature);
    }
  }

  private static <T> T there(@Nullable T value) {
    assertThat(value).isNotNull();
    return Objects.requireNonNull(value);
  }

  private OpenPgpSigner openPgp(String name) throws IOException {
    return store.signers(List.of(name)).openPgp().getFirst();
  }

  @Test
  void aKeyThatIsMadeSignsAndIsThereAgainAfterARestart() throws Exception {
    KeyReport report = created("internal");
    assertThat(report.kind()).isEqualTo("openpgp-ed25519");
    assertThat(report.origin()).isEqualTo(Origin.CREATED);
    assertThat(report.current().userId()).isEqualTo(USER);
    assertThat(report.current().expires()).isNull();
    for (int i = 0; i < 2; i++) {
      OpenPgpSigner signer = openPgp("internal");
      byte[] signature = signer.sign(file);
      assertThat(signature.length).isBetween(117, 119);
      assertThat(signer.fingerprint()).isEqualTo(report.current().fingerprint());
      assertThat(verified(signer.publicKey(), signature))
          .isEqualTo(new Verdict.Good(signer.fingerprint()));
      assertThat(store.publicKey("internal")).isEqualTo(signer.publicKey());
      assertThat(store.list()).containsExactly(report);
      reopen();
    }
    byte[] signature = openPgp("internal").sign(file);
    Files.writeString(file, "other bytes");
    assertThat(verified(store.publicKey("internal"), signature)).isInstanceOf(Verdict.Bad.class);
  }

  @Test
  void aSignatureIsNeverDatedBeforeItsKey() throws Exception {
    created("internal");
    clock.now = clock.now.minusSeconds(3600);
    byte[] signature = openPgp("internal").sign(file);
    clock.now = clock.now.plusSeconds(7200);
    assertThat(verified(store.publicKey("internal"), signature)).isInstanceOf(Verdict.Good.class);
  }

  @Test
  void rsaKeysOfBothKindsSign() throws Exception {
    KeyReport pgp =
        store.create("pgp", KeyKind.OPENPGP_RSA4096, USER, clock.now.plus(Duration.ofDays(365)));
    assertThat(pgp.kind()).isEqualTo("openpgp-rsa4096");
    assertThat(pgp.current().expires()).isEqualTo("2027-11-21T10:00:00Z");
    assertThat(verified(store.publicKey("pgp"), openPgp("pgp").sign(file)))
        .isEqualTo(new Verdict.Good(pgp.current().fingerprint()));

    KeyReport rsa = store.create("ports", KeyKind.RSA4096, "", null);
    assertThat(rsa.kind()).isEqualTo("rsa4096");
    RsaSigner signer = store.signers(List.of("ports")).rsa().getFirst();
    byte[] message = "0123abcd".getBytes(US_ASCII);
    assertThat(signer.sign(message)).hasSize(512);
    RsaKey open = there(RsaKey.orNull(signer.publicKey()));
    assertThat(open.hasSigned(message, signer.sign(message))).isTrue();
    assertThat(new String(signer.publicKey(), US_ASCII))
        .startsWith("-----BEGIN PUBLIC KEY-----\n")
        .endsWith("\n-----END PUBLIC KEY-----\n");
    assertThat(KeyStore.fingerprintFile(signer.publicKey()))
        .isEqualTo(
            "function: \"sha256\"\nfingerprint: \"%s\"\n".formatted(rsa.current().fingerprint()));
  }

  @Test
  void nobodyElseCanReadWhatIsKept() throws Exception {
    created("internal");
    store.rotate("internal");
    try (Stream<Path> all = Files.walk(path)) {
      assertThat(all)
          .allSatisfy(p ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(p)))
                  .isEqualTo(Files.isDirectory(p) ? "rwx------" : "rw-------"));
    }
    // What an operator copied here with other modes is put right at the next start.
    Path secret = path.resolve("internal/1.secret");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    reopen();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rwx------");
  }

  @Test
  void nothingThatIsShownHasASecretInIt() throws Exception {
    KeyReport report = store.create("ports", KeyKind.RSA4096, "", null);
    created("internal");
    String secret = Files.readString(path.resolve("ports/1.secret"), US_ASCII);
    String line = secret.lines().skip(5).findFirst().orElseThrow();
    for (Object shown :
        List.of(report, store, store.list(), store.signers(List.of("ports", "internal")))) {
      assertThat(shown.toString()).doesNotContain(line, "PRIVATE");
    }
    assertThat(new String(store.publicKey("ports"), US_ASCII)).doesNotContain(line, "PRIVATE");
    assertThat(new String(store.publicKey("internal"), US_ASCII)).doesNotContain("PRIVATE");
  }

  @Test
  void namesUserIdsAndTimesThatCannotBeAreRefused() throws Exception {
    for (String name : List.of("", ".x", "A", "a/b", "..", "a b", "x".repeat(65))) {
      refused(Reason.BAD_REQUEST, () -> created(name));
    }
    for (String user : List.of("", " ", "a\nb", "a\u200bb", "x".repeat(201))) {
      refused(
          Reason.BAD_REQUEST, () -> store.create("internal", KeyKind.OPENPGP_ED25519, user, null));
    }
    for (Duration validity : List.of(Duration.ZERO, Duration.ofDays(-1), Duration.ofDays(50_000))) {
      refused(
          Reason.BAD_REQUEST,
          () -> store.create("internal", KeyKind.OPENPGP_ED25519, USER, clock.now.plus(validity)));
    }
    refused(
        Reason.BAD_REQUEST,
        () -> store.create("ports", KeyKind.RSA4096, USER, clock.now.plus(Duration.ofDays(365))));
    created("internal");
    refused(Reason.CONFLICT, () -> created("internal"));
    assertThat(path).isDirectoryNotContaining("glob:**/.new-*");
    for (ThrowingCallable unknown :
        List.<ThrowingCallable>of(
            () -> store.publicKey("none"),
            () -> store.signers(List.of("internal", "none")),
            () -> store.rotate("none"),
            () -> store.finishRotation("none"),
            () -> store.remove("none", List.of()))) {
      refused(Reason.UNKNOWN, unknown);
    }
    assertThat(store.info("none")).isNull();
  }

  @Test
  void ensureMakesAKeyOnceAndTakesWhatServesAsWell() throws Exception {
    KeyReport first = store.ensure("internal", KeyKind.OPENPGP_ED25519, USER);
    assertThat(store.ensure("internal", KeyKind.OPENPGP_ED25519, "Other <o@example.org>"))
        .isEqualTo(first);
    assertThat(store.ensure("internal", KeyKind.OPENPGP_RSA4096, USER)).isEqualTo(first);
    refused(Reason.CONFLICT, () -> store.ensure("internal", KeyKind.RSA4096, USER));
  }

  @Test
  void aSuccessorIsPublishedBesideItsKeyBeforeItTakesOver() throws Exception {
    Version first = created("internal").current();
    KeyReport rotating = store.rotate("internal");
    Version second = there(rotating.next());
    assertThat(rotating.current()).isEqualTo(first);
    refused(Reason.CONFLICT, () -> store.rotate("internal"));
    reopen();
    byte[] both = store.publicKey("internal");
    List<OpenPgpSigner> signers = store.signers(List.of("internal")).openPgp();
    assertThat(signers)
        .extracting(OpenPgpSigner::fingerprint)
        .containsExactly(first.fingerprint(), second.fingerprint());
    for (OpenPgpSigner signer : signers) {
      assertThat(verified(both, signer.sign(file)))
          .isEqualTo(new Verdict.Good(signer.fingerprint()));
    }

    KeyReport rotated = store.finishRotation("internal");
    assertThat(rotated.current()).isEqualTo(second);
    assertThat(rotated.next()).isNull();
    assertThat(rotated.retired())
        .singleElement()
        .satisfies(old -> {
          assertThat(old.fingerprint()).isEqualTo(first.fingerprint());
          assertThat(old.publicKey()).isEqualTo(first.publicKey());
          assertThat(old.retiredAt()).isEqualTo(clock.now);
        });
    assertThat(path.resolve("internal/1.secret")).doesNotExist();
    assertThat(path.resolve("internal/1.public")).exists();
    refused(Reason.CONFLICT, () -> store.finishRotation("internal"));
    reopen();
    assertThat(store.info("internal")).isEqualTo(rotated);
    assertThat(openPgp("internal").fingerprint()).isEqualTo(second.fingerprint());
    store.rotate("internal");
    assertThat(store.finishRotation("internal").retired())
        .extracting(Version::number)
        .containsExactly(2, 1);
  }

  @Test
  void keysOfSeveralNamesSignInTheirOrderAndSuccessorsAfterThem() throws Exception {
    created("a");
    created("b");
    store.rotate("a");
    store.rotate("b");
    assertThat(store.signers(List.of("b", "a")).openPgp())
        .extracting(OpenPgpSigner::fingerprint)
        .containsExactly(
            there(store.info("b")).current().fingerprint(),
            there(store.info("a")).current().fingerprint(),
            there(there(store.info("b")).next()).fingerprint(),
            there(there(store.info("a")).next()).fingerprint());
    assertThat(store.signers(List.of())).isEqualTo(Signers.NONE);
  }

  @Test
  void anRsaKeyIsRotatedToo() throws Exception {
    store.create("ports", KeyKind.RSA4096, "", null);
    KeyReport rotating = store.rotate("ports");
    assertThat(store.signers(List.of("ports")).rsa())
        .extracting(signer -> RsaSecret.fingerprint(signer.publicKey()))
        .containsExactly(rotating.current().fingerprint(), there(rotating.next()).fingerprint());
    assertThat(new String(store.publicKey("ports"), US_ASCII))
        .isEqualTo(rotating.current().publicKey() + there(rotating.next()).publicKey());
    KeyReport rotated = store.finishRotation("ports");
    assertThat(rotated.current().fingerprint()).isEqualTo(there(rotating.next()).fingerprint());
    assertThat(rotated.retired().getFirst().publicKey()).isEqualTo(rotating.current().publicKey());
  }

  @Test
  void aKeyWarnsAMonthBeforeItExpiresAndThenSignsNoMore() throws Exception {
    KeyReport key =
        store.create(
            "internal", KeyKind.OPENPGP_ED25519, USER, clock.now.plus(Duration.ofDays(365)));
    created("eternal");
    Instant end = there(key.current().expires());
    clock.now = end.minus(Duration.ofDays(30)).minusSeconds(1);
    assertThat(key.daysLeft(clock.now)).isEqualTo(30);
    assertThat(store.warnings()).isEmpty();
    clock.now = end.minus(Duration.ofDays(29));
    assertThat(store.warnings())
        .containsExactly(
            "key internal expires in 29 days, at %s; make its successor with larder key rotate internal"
                .formatted(end));
    KeyReport rotating = store.rotate("internal");
    assertThat(there(rotating.next()).expires())
        .isBetween(end.plusSeconds(300L * 86_400), Instant.MAX);
    assertThat(store.warnings()).singleElement().asString().endsWith("rotate internal --finish");
    openPgp("internal").sign(file);
    clock.now = end;
    assertThat(key.daysLeft(clock.now)).isZero();
    assertThat(store.warnings()).singleElement().asString().contains("has expired");
    assertThatThrownBy(() -> openPgp("internal").sign(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("larder key rotate internal");
    store.finishRotation("internal");
    assertThat(store.warnings()).isEmpty();
    openPgp("internal").sign(file);
  }

  @Test
  void aKeyInUseIsNotRemoved() throws Exception {
    created("internal");
    assertThatThrownBy(() -> store.remove("internal", List.of("repository one")))
        .isInstanceOf(KeyRefused.class)
        .hasMessageContaining("in use by repository one");
    store.remove("internal", List.of());
    assertThat(store.info("internal")).isNull();
    assertThat(path).isEmptyDirectory();
    created("internal");
  }

  @Test
  void whatACrashLeftIsRemovedAndTheRestIsAsItWas() throws Exception {
    KeyReport first = created("internal");
    Path key = path.resolve("internal");
    Files.createDirectory(path.resolve(".new-1234"));
    Files.writeString(path.resolve(".new-1234/1.secret"), "half");
    Files.createDirectory(path.resolve(".gone-1234"));
    Files.writeString(path.resolve(".gone-1234/1.secret"), "half");
    Files.writeString(key.resolve(".new-77"), "ha");
    reopen();
    assertThat(store.info("internal")).isEqualTo(first);
    try (Stream<Path> all = Files.walk(path)) {
      assertThat(all.map(p -> path.relativize(p).toString()))
          .containsExactlyInAnyOrder(
              "", "internal", "internal/info", "internal/1.secret", "internal/1.public");
    }
    // One that ended before the old secret was removed.
    byte[] secret = Files.readAllBytes(key.resolve("1.secret"));
    store.rotate("internal");
    KeyReport rotated = store.finishRotation("internal");
    Files.write(key.resolve("1.secret"), secret);
    reopen();
    assertThat(key.resolve("1.secret")).doesNotExist();
    assertThat(store.info("internal")).isEqualTo(rotated);
  }

  @Test
  void aDamagedKeyHarmsNoOtherAndIsNeverReplaced() throws Exception {
    created("a");
    created("b");
    created("c");
    Files.writeString(path.resolve("a/info"), "nonsense\n");
    Files.writeString(path.resolve("b/1.secret"), "nonsense\n");
    reopen();
    assertThat(store.list()).extracting(KeyReport::name).containsExactly("c");
    assertThat(store.warnings()).hasSize(2).allMatch(w -> w.contains("is damaged"));
    for (String name : List.of("a", "b")) {
      refused(Reason.UNFIT, () -> store.signers(List.of(name)));
      refused(Reason.UNFIT, () -> store.info(name));
      refused(Reason.UNFIT, () -> store.ensure(name, KeyKind.OPENPGP_ED25519, USER));
      refused(Reason.CONFLICT, () -> created(name));
      store.remove(name, List.of());
      created(name);
    }
    assertThat(store.warnings()).isEmpty();
  }

  @Test
  void whatIsNoKeyIsNotImported() throws Exception {
    created("internal");
    byte[] open = store.publicKey("internal");
    assertThatThrownBy(() -> store.importOpenPgp("x", open, null))
        .hasMessageContaining("public key only");
    for (String text : List.of("", "nonsense", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n")) {
      refused(Reason.UNFIT, () -> store.importOpenPgp("x", text.getBytes(UTF_8), null));
      refused(Reason.UNFIT, () -> store.importPem("x", text.getBytes(UTF_8), null));
    }
    byte[] pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".getBytes(UTF_8);
    refused(Reason.UNFIT, () -> store.importPem("x", pem, null));
    byte[] secret = Files.readAllBytes(path.resolve("internal/1.secret"));
    for (int i = 0; i < secret.length; i += 3) {
      byte[] changed = secret.clone();
      changed[i] ^= 0x11;
      int at = i;
      try {
        store.importOpenPgp("x" + at, changed, null);
      } catch (KeyRefused e) {
        assertThat(e.reason()).isEqualTo(Reason.UNFIT);
        continue;
      }
      // What is not part of the key may differ; what came of it signs rightly.
      assertThat(verified(store.publicKey("x" + at), openPgp("x" + at).sign(file)))
          .isInstanceOf(Verdict.Good.class);
    }
    assertThat(store.importOpenPgp("copy", secret, null).current().fingerprint())
        .isEqualTo(there(store.info("internal")).current().fingerprint());
  }
}
