package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.repo.Refused;
import dev.larder.store.Checksum;
import dev.larder.testing.Curl;
import dev.larder.testing.FreeBsdPackage;
import dev.larder.testing.FreeBsdRepository;
import dev.larder.testing.FreeBsdShape;
import dev.larder.testing.PkgReplay;
import dev.larder.testing.PkgReplay.Update;
import dev.larder.testing.PkgReplay.Version;
import dev.larder.testing.PkgTrust;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Own FreeBSD repositories, asked as pkg asks.
class RepositoryPkgIT {
  private static final String ABI = "FreeBSD:14:amd64";

  @BeforeAll
  static void tools() {
    Tools.require("curl");
  }

  /// Files of packages as pkg makes them.
  private static List<Path> packages(FreeBsdPackage... specs) {
    FreeBsdRepository maker = new FreeBsdRepository(ABI, FreeBsdShape.plain());
    maker.add(specs);
    Path directory = Temporary.directory("larder-pkg");
    List<Path> files = new ArrayList<>();
    for (FreeBsdPackage spec : specs) {
      try {
        files.add(Files.write(directory.resolve(spec.stem() + ".pkg"), maker.bytes(spec.name())));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    return files;
  }

  private static PkgTrust fingerprint(HostedLarder larder) throws IOException {
    byte[] key = Files.readAllBytes(larder.publicKey("key.pub"));
    return new PkgTrust.Fingerprints(Set.of(Checksum.sha256(key).hex()));
  }

  private static PkgReplay client(HostedLarder larder, Version version, PkgTrust trust) {
    return PkgReplay.of(version, URI.create(larder.url() + "/" + ABI), trust);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void packagesAreInstalledAndUpgradedByMachinesThatKnowOnlyTheFingerprint(Version version)
      throws Exception {
    try (HostedLarder larder = HostedLarder.freebsd();
        PkgReplay client = client(larder, version, fingerprint(larder))) {
      assertThat(client.update()).isEqualTo(Update.UPDATED);
      assertThat(client.available()).isEmpty();

      larder.add(
          packages(
              FreeBsdPackage.of("tool", "1.0").payload(20_000).depends("lib"),
              FreeBsdPackage.of("lib", "2.0_1,1")));
      assertThat(client.update()).isEqualTo(Update.UPDATED);
      assertThat(client.update()).isEqualTo(Update.UP_TO_DATE);
      client.install("tool");
      assertThat(client.cached("tool")).hasSizeGreaterThan(20_000);

      larder.add(packages(FreeBsdPackage.of("tool", "1.1").payload(20_000)));
      assertThat(client.update()).isEqualTo(Update.UPDATED);
      assertThat(client.version("tool")).isEqualTo("1.1");
      client.install("tool");
    }
  }

  @Test
  void aRepositoryCanBeSignedForMachinesThatHaveTheKey() throws Exception {
    try (HostedLarder larder = HostedLarder.freebsd("signature = \"pubkey\"")) {
      byte[] key = Files.readAllBytes(larder.publicKey("key.pub"));
      try (PkgReplay client = client(larder, Version.V2_8, new PkgTrust.PublicPem(key))) {
        larder.add(packages(FreeBsdPackage.of("tool", "1.0")));
        assertThat(client.update()).isEqualTo(Update.UPDATED);
        client.install("tool");
      }
    }
  }

  @Test
  void aRebuiltPackageOfTheSameVersionIsAnotherFile() throws Exception {
    try (HostedLarder larder = HostedLarder.freebsd();
        PkgReplay client = client(larder, Version.V2_8, fingerprint(larder))) {
      larder.add(packages(FreeBsdPackage.of("tool", "1.0").payload(5000)));
      client.update();
      String old = larder.repository().find("tool").getFirst().path();
      larder.add(packages(FreeBsdPackage.of("tool", "1.0").payload(5000).seed(7)));
      String now = larder.repository().find("tool").getFirst().path();
      assertThat(now).isNotEqualTo(old).contains("All/Hashed/tool-1.0~");
      // The machine has the older catalogue still, and gets what that names.
      client.installWithoutUpdate("tool");
      assertThat(Curl.get(larder.url() + "/" + old).status()).isEqualTo(200);
      client.clean();
      assertThat(client.update()).isEqualTo(Update.UPDATED);
      client.install("tool");
    }
  }

  @Test
  void pkgItselfIsFoundWithItsSignatureByMachinesThatHaveNone() throws Exception {
    try (HostedLarder larder = HostedLarder.freebsd()) {
      larder.add(packages(FreeBsdPackage.of("pkg", "2.8.4").payload(9000)));
      String latest = larder.url() + "/" + ABI + "/Latest/pkg.pkg";
      byte[] bytes = Curl.get(latest).body().copy();
      assertThat(bytes)
          .isEqualTo(
              Files.readAllBytes(larder.file(larder.repository().find("pkg").getFirst().path())));
      assertThat(Curl.get(latest + ".sig").text())
          .startsWith("SIGNATURE\n")
          .contains("CERT\n")
          .endsWith("END\n");
    }
  }

  @Test
  void abisAreNeverMixed() throws Exception {
    try (HostedLarder larder =
        HostedLarder.freebsd("abi = [\"FreeBSD:14:amd64\", \"FreeBSD:14:aarch64\"]")) {
      larder.add(
          packages(
              FreeBsdPackage.of("native", "1.0"),
              FreeBsdPackage.of("script", "1.0").abi("FreeBSD:14:*")));
      assertThat(larder.repository().find("native"))
          .singleElement()
          .satisfies(each -> assertThat(each.directory()).isEqualTo(ABI));
      assertThat(larder.repository().find("script")).hasSize(2);
      assertThatThrownBy(() ->
              larder.tryAdd(
                  packages(FreeBsdPackage.of("foreign", "1.0").abi("FreeBSD:15:amd64")),
                  false,
                  null))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("FreeBSD:15:amd64");
    }
  }

  @Test
  void theTwoCataloguesNeverHaveOneDate() throws Exception {
    // pkg takes a 304 for the second as "up to date" where both have one date.
    try (HostedLarder larder = HostedLarder.freebsd()) {
      for (int i = 1; i <= 3; i++) {
        larder.add(packages(FreeBsdPackage.of("tool", "1." + i)));
        String base = larder.url() + "/" + ABI + "/";
        assertThat(Curl.get(base + "data.pkg").header("Last-Modified"))
            .isNotEqualTo(Curl.get(base + "packagesite.pkg").header("Last-Modified"));
      }
    }
  }
}
