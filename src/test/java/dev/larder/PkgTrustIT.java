package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.mirror.RefreshOutcome;
import dev.larder.testing.Download;
import dev.larder.testing.Download.Answer;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.FreeBsdKey;
import dev.larder.testing.FreeBsdPackage;
import dev.larder.testing.FreeBsdRepository;
import dev.larder.testing.FreeBsdShape;
import dev.larder.testing.PkgReplay;
import dev.larder.testing.PkgReplay.Sent;
import dev.larder.testing.PkgReplay.Update;
import dev.larder.testing.PkgReplay.Version;
import dev.larder.testing.PkgTrust;
import dev.larder.testing.ServedFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Which catalogues of FreeBSD packages are served, which are refused and how loudly, and the dates
/// they are served with.
class PkgTrustIT {
  private static final String LATEST = "FreeBSD:14:amd64/latest";

  private static FreeBsdKey key;
  private static FreeBsdKey other;

  @TempDir Path trust;
  private FaultyUpstream upstream;
  private FreeBsdRepository repository;

  @BeforeAll
  static void keys() {
    key = FreeBsdKey.create();
    other = FreeBsdKey.create();
  }

  @BeforeEach
  void start() {
    upstream = FaultyUpstream.start();
    repository = new FreeBsdRepository(LATEST, FreeBsdShape.official(key));
    repository.add(FreeBsdPackage.of("tool", "1.0").payload(20_000));
    upstream.publish(repository.next());
    FreeBsdKey.fingerprints(trust, key);
  }

  @AfterEach
  void stop() {
    upstream.close();
  }

  private TestLarder larder(String... more) {
    List<String> lines = new ArrayList<>(List.of(more));
    lines.add(FreeBsdLarder.fingerprints(trust));
    return FreeBsdLarder.pkg(lines, upstream.url());
  }

  private static PkgReplay client(TestLarder larder, FreeBsdKey trusted) {
    URI url = URI.create(larder.url() + "/" + LATEST);
    return PkgReplay.of(Version.V2_8, url, PkgTrust.of(trusted));
  }

  private static Answer get(TestLarder larder, String name, String... headers) throws IOException {
    return Download.get(larder.uri(LATEST + "/" + name), headers);
  }

  private void version(String version) {
    repository.add(FreeBsdPackage.of("tool", version).payload(20_000));
  }

  private void assertRefused(TestLarder larder, String... words) throws Exception {
    assertThat(larder.mirror().refresh(false))
        .isInstanceOfSatisfying(
            RefreshOutcome.Refused.class,
            refused -> assertThat(refused.why()).contains(upstream.url()).contains(words));
    assertThat(FreeBsdLarder.root(larder, LATEST).refusal()).contains(words);
    assertThat(FreeBsdLarder.root(larder, LATEST).refusedSince()).isNotNull();
  }

  // ---- older ----------------------------------------------------------------------------------

  @Test
  void anOlderCatalogueIsRefusedLoudlyUntilTheOperatorTakesIt() throws Exception {
    Map<String, ServedFile> old = repository.next();
    version("2.0");
    upstream.publish(repository.next());
    try (TestLarder larder = larder();
        PkgReplay machine = client(larder, key)) {
      machine.install("tool");
      upstream.publish(old);
      assertThat(machine.update()).isEqualTo(Update.UP_TO_DATE);
      assertThat(machine.version("tool")).isEqualTo("2.0");
      assertRefused(larder, "older");

      assertThat(larder.mirror().refresh(true)).isEqualTo(new RefreshOutcome.Switched(2));
      assertThat(FreeBsdLarder.root(larder, LATEST).refusal()).isNull();
      assertThat(machine.update()).as("clients only ever see a date").isEqualTo(Update.UPDATED);
      assertThat(machine.version("tool")).isEqualTo("1.0");
      machine.clean();
      machine.installWithoutUpdate("tool");

      version("3.0");
      upstream.publish(repository.next());
      machine.update();
      assertThat(machine.version("tool")).isEqualTo("3.0");
    }
  }

  // ---- signatures -----------------------------------------------------------------------------

  @Test
  void aCatalogueWithoutSignaturesIsRefusedWhereFingerprintsAreTrusted() throws Exception {
    try (TestLarder larder = larder();
        PkgReplay machine = client(larder, key)) {
      machine.update();
      version("2.0");
      repository.shape(FreeBsdShape.official(key).signing(new FreeBsdShape.Signing.None()));
      upstream.publish(repository.next());
      assertThat(machine.update()).isEqualTo(Update.UP_TO_DATE);
      assertRefused(larder, "data.pkg");
      repository.shape(FreeBsdShape.official(key));
      upstream.publish(repository.next());
      assertThat(machine.update()).isEqualTo(Update.UPDATED);
      assertThat(machine.version("tool")).isEqualTo("2.0");
      assertThat(FreeBsdLarder.root(larder, LATEST).refusal()).isNull();
    }
  }

  @Test
  void whereNothingIsHeldARefusedCatalogueIsAnErrorAndNotAnEmptyOne() throws Exception {
    repository.shape(FreeBsdShape.official(other));
    upstream.publish(repository.next());
    try (TestLarder larder = larder()) {
      for (String name : List.of("meta.conf", "data.pkg", "packagesite.pkg")) {
        Answer answer = get(larder, name);
        assertThat(answer.status()).as(name).isEqualTo(502);
        assertThat(answer.header("retry-after")).isNotEmpty();
      }
      assertRefused(larder, "data.pkg");
    }
  }

  @Test
  void withWarningsOnlyItIsServedAndWithoutTrustItIsPassedOn() throws Exception {
    repository.shape(FreeBsdShape.official(other));
    upstream.publish(repository.next());
    try (TestLarder warns = larder("verify = \"warn\"");
        TestLarder trusts = FreeBsdLarder.pkg(List.of(), upstream.url());
        PkgReplay one = client(warns, other);
        PkgReplay two = client(trusts, other)) {
      assertThat(one.update()).isEqualTo(Update.UPDATED);
      assertThat(two.update()).isEqualTo(Update.UPDATED);
    }
  }

  @Test
  void aKeyIsRotatedByWayOfTwoSignatures() throws Exception {
    try (TestLarder larder = larder();
        PkgReplay machine = client(larder, key)) {
      machine.update();
      version("2.0");
      repository.shape(FreeBsdShape.official(other, key));
      upstream.publish(repository.next());
      assertThat(machine.update()).isEqualTo(Update.UPDATED);

      version("3.0");
      repository.shape(FreeBsdShape.official(other));
      upstream.publish(repository.next());
      assertThat(machine.update()).isEqualTo(Update.UP_TO_DATE);
      assertRefused(larder, "data.pkg");

      other.writeFingerprint(trust.resolve("trusted"), "next");
      larder.stop();
      larder.start();
      try (PkgReplay next = client(larder, other)) {
        assertThat(next.update()).isEqualTo(Update.UPDATED);
        assertThat(next.version("tool")).isEqualTo("3.0");
      }
    }
  }

  @Test
  void aRevokedKeyIsNoLongerGood() throws Exception {
    key.writeFingerprint(trust.resolve("revoked"), "stolen");
    try (TestLarder larder = larder()) {
      assertThat(get(larder, "data.pkg").status()).isEqualTo(502);
      assertRefused(larder, "revoked");
    }
  }

  @Test
  void aPublicKeyInAFileIsTrustToo() throws Exception {
    repository.shape(FreeBsdShape.plain().signing(new FreeBsdShape.Signing.PublicKey(key)));
    upstream.publish(repository.next());
    Path file = java.nio.file.Files.write(trust.resolve("repo.pub"), key.publicPem());
    try (TestLarder larder =
            FreeBsdLarder.pkg(List.of("pubkey = \"" + file + "\""), upstream.url());
        PkgReplay machine =
            PkgReplay.of(
                Version.V2_8, URI.create(larder.url() + "/" + LATEST), new PkgTrust.PubKey(key))) {
      machine.install("tool");
      version("2.0");
      repository.shape(FreeBsdShape.plain().signing(new FreeBsdShape.Signing.PublicKey(other)));
      upstream.publish(repository.next());
      assertThat(machine.update()).isEqualTo(Update.UP_TO_DATE);
      assertRefused(larder, "data.pkg");
    }
  }

  // ---- what is in them ------------------------------------------------------------------------

  @Test
  void aPackageForAnotherAbiInACatalogueIsRefused() throws Exception {
    try (TestLarder larder = larder();
        PkgReplay machine = client(larder, key)) {
      machine.update();
      repository.add(FreeBsdPackage.of("alien", "1.0").abi("FreeBSD:15:amd64"));
      upstream.publish(repository.next());
      assertThat(machine.update()).isEqualTo(Update.UP_TO_DATE);
      assertRefused(larder, "FreeBSD:15:amd64");
      repository.add(FreeBsdPackage.of("alien", "1.0").abi("FreeBSD:14:*"));
      upstream.publish(repository.next());
      assertThat(machine.update()).isEqualTo(Update.UPDATED);
      assertThat(machine.available()).contains("alien");
    }
  }

  @ParameterizedTest
  @EnumSource
  void twoHalvesOfTwoPublicationsAreNotServed(Half half) throws Exception {
    try (TestLarder larder = larder();
        PkgReplay machine = client(larder, key)) {
      machine.update();
      assertThat(get(larder, "packagesite.pkg").status()).isEqualTo(200);
      Map<String, ServedFile> before = new HashMap<>(repository.next());
      version("2.0");
      Map<String, ServedFile> after = repository.next();
      Map<String, ServedFile> torn = new HashMap<>(after);
      String old = repository.path(half.old);
      torn.put(old, Objects.requireNonNull(before.get(old)));
      upstream.publish(torn);
      machine.update();
      assertThat(machine.version("tool")).isEqualTo("1.0");
      upstream.publish(after);
      assertThat(machine.update()).isEqualTo(Update.UPDATED);
      assertThat(machine.version("tool")).isEqualTo("2.0");
    }
  }

  /// Which file is still of the publication before.
  enum Half {
    PACKAGESITE("packagesite.pkg");

    private final String old;

    Half(String old) {
      this.old = old;
    }
  }

  // ---- dates ----------------------------------------------------------------------------------

  @Test
  void oneCatalogueHasOneDateAndItsOtherFormIsASecondYounger() throws Exception {
    Map<String, ServedFile> published = repository.next();
    upstream.publish(published);
    try (TestLarder larder = larder()) {
      Instant last = Instant.EPOCH;
      for (int round = 1; round <= 3; round++) {
        Instant meta = date(get(larder, "meta.conf"));
        Instant data = date(get(larder, "data.pkg"));
        Instant site = date(get(larder, "packagesite.pkg"));
        assertThat(data).isEqualTo(meta).isAfter(last);
        assertThat(site).isEqualTo(data.plusSeconds(1));
        assertThat(date(get(larder, "data.pkg"))).isEqualTo(data);
        last = site;
        published = sameSecond(round, published);
      }
    }
  }

  /// Publishes another version in the same second upstream, so that only the sizes tell the two
  /// catalogues apart, in each of their forms but these: they are as large by chance.
  private Map<String, ServedFile> sameSecond(
      int round, Map<String, ServedFile> before, String... asLarge) {
    Instant same = repository.time();
    for (int i = 1; i < 2000; i++) {
      version("1.%d.%d".formatted(round, i));
      repository.time(same.minusSeconds(1));
      Map<String, ServedFile> files = repository.next();
      if (List.of(asLarge).equals(asLarge(files, before))) {
        upstream.publish(files);
        return files;
      }
    }
    throw new AssertionError("no two catalogues are like that");
  }

  private List<String> asLarge(Map<String, ServedFile> one, Map<String, ServedFile> other) {
    return Stream.of("data.pkg", "packagesite.pkg")
        .filter(name -> size(one, repository.path(name)) == size(other, repository.path(name)))
        .toList();
  }

  @Test
  void aFormThatIsAsLargeAsTheOneBeforeInTheSameSecondIsFetchedAnew() throws Exception {
    Map<String, ServedFile> first = repository.next();
    upstream.publish(first);
    try (TestLarder larder = larder()) {
      for (String name : List.of("meta.conf", "data.pkg", "packagesite.pkg")) {
        assertThat(get(larder, name).status()).isEqualTo(200);
      }
      Map<String, ServedFile> second = sameSecond(1, first, "packagesite.pkg");
      assertThat(larder.mirror().refresh(false)).isEqualTo(new RefreshOutcome.Switched(2));
      assertServes(larder, second);
    }
  }

  @Test
  void aFormThatDoesNotFitWhatUpstreamCallsNotModifiedBringsBothAnew() throws Exception {
    Map<String, ServedFile> first = repository.next();
    upstream.publish(first);
    try (TestLarder larder = larder()) {
      assertThat(get(larder, "data.pkg").status()).isEqualTo(200);
      Map<String, ServedFile> second = sameSecond(1, first, "data.pkg");
      assertServes(larder, second);
    }
  }

  private void assertServes(TestLarder larder, Map<String, ServedFile> files) throws IOException {
    for (String name : List.of("packagesite.pkg", "data.pkg")) {
      byte[] served = get(larder, name).body();
      assertThat(served).as(name).isEqualTo(FreeBsdLarder.bytes(files, repository.path(name)));
    }
  }

  private static int size(Map<String, ServedFile> files, String path) {
    return Objects.requireNonNull(files.get(path)).bytes().size();
  }

  private static Instant date(Answer answer) {
    assertThat(answer.status()).isEqualTo(200);
    Instant date =
        Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(answer.header("last-modified")));
    Instant now = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(answer.header("date")));
    assertThat(date).isBeforeOrEqualTo(now);
    return date;
  }

  @Test
  void onlyTheVeryDateIsNotModified() throws Exception {
    try (TestLarder larder = larder()) {
      Answer answer = get(larder, "data.pkg");
      Instant date = date(answer);
      String exact = answer.header("last-modified");
      assertThat(status(larder, "data.pkg", exact)).isEqualTo(304);
      assertThat(status(larder, "meta.conf", exact)).isEqualTo(304);
      assertThat(status(larder, "packagesite.pkg", exact)).isEqualTo(200);
      for (Instant near :
          List.of(date.plusSeconds(1), date.minusSeconds(1), Instant.now(), Instant.EPOCH)) {
        String value = DateTimeFormatter.RFC_1123_DATE_TIME.format(near.atOffset(ZoneOffset.UTC));
        assertThat(status(larder, "data.pkg", value)).as(value).isEqualTo(200);
      }
      assertThat(answer.header("cache-status")).isNotEmpty();
    }
  }

  private static int status(TestLarder larder, String name, String since) throws IOException {
    URI uri = larder.uri(LATEST + "/" + name);
    try (Download download = Download.open(uri, "If-Modified-Since: " + since)) {
      return download.status();
    }
  }

  /// Where both have one date, pkg takes the 304 for "up to date" and has no packages at all.
  @Test
  void aCatalogueOfWhichOnlyOneFormIsSignedIsStillNoEmptyOne() throws Exception {
    Map<String, ServedFile> signed = repository.next();
    repository.time(repository.time().minusSeconds(1));
    repository.shape(FreeBsdShape.official(other));
    Map<String, ServedFile> mixed = new HashMap<>(repository.next());
    String site = repository.path("packagesite.pkg");
    mixed.put(site, Objects.requireNonNull(signed.get(site)));
    upstream.publish(mixed);
    try (TestLarder larder = FreeBsdLarder.pkg(List.of(), upstream.url());
        PkgReplay machine = client(larder, key);
        PkgReplay straight =
            PkgReplay.of(
                Version.V2_8, URI.create(upstream.url() + "/" + LATEST), PkgTrust.of(key))) {
      assertThat(straight.update()).isEqualTo(Update.UP_TO_DATE);
      assertThat(straight.available()).as("the trap").isEmpty();
      assertThat(machine.update()).isEqualTo(Update.UPDATED);
      assertThat(machine.available()).containsExactly("tool");
      assertThat(machine.sent()).map(Sent::toString).contains("packagesite.pkg 200");
    }
  }

  @Test
  void theSignatureBesideTheFirstPackageIsCheckedWithIt() throws Exception {
    Path file = Files.write(trust.resolve("repository.pub"), key.publicPem());
    repository.shape(
        FreeBsdShape.official().signing(new FreeBsdShape.Signing.PublicKey(key)).withBootstrap());
    repository.add(FreeBsdPackage.of("pkg", "2.8.4").payload(90_000));
    Map<String, ServedFile> files = repository.next();
    String pkg = "Latest/pkg.pkg";
    byte[] bytes = FreeBsdLarder.bytes(files, repository.path(pkg));
    upstream.publish(files);
    upstream.put(repository.path(pkg + ".pubkeysig"), other.sign(bytes));
    String line = "pubkey = \"" + file + "\"";
    try (TestLarder larder = FreeBsdLarder.pkg(List.of(line), upstream.url())) {
      assertThat(get(larder, pkg).status()).isEqualTo(502);
      assertThat(FreeBsdLarder.root(larder, LATEST + "/Latest").refusal()).contains("pubkeysig");

      upstream.publish(files);
      assertThat(get(larder, pkg).body()).isEqualTo(bytes);
      assertThat(get(larder, pkg + ".pubkeysig").body()).isEqualTo(key.sign(bytes));
    }
  }
}
