package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.format.freebsd.PkgRepositoryFormat;
import dev.larder.format.freebsd.PkgRepositoryFormat.Style;
import dev.larder.sign.RsaSigner;
import dev.larder.testing.FreeBsdKey;
import dev.larder.testing.FreeBsdPackage;
import dev.larder.testing.FreeBsdRepository;
import dev.larder.testing.FreeBsdShape;
import dev.larder.testing.HostedPackages;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PkgReplay;
import dev.larder.testing.PkgReplay.Version;
import dev.larder.testing.PkgTrust;
import dev.larder.testing.Tools;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// FreeBSD repositories that Larder wrote, behind a web server: what both generations of pkg make
/// of them in all signature modes, and the real pkg where there is one.
final class HostedPkgIT {
  private static final String ABI = "FreeBSD:14:amd64";

  @TempDir Path work;

  /// How a repository is signed, and what its clients trust.
  record Mode(Style style, List<FreeBsdKey> keys, PkgTrust trust, FreeBsdKey trusted) {
    RsaSigner[] signers() {
      return keys.stream().map(FreeBsdKey::signer).toArray(RsaSigner[]::new);
    }

    @Override
    public String toString() {
      return style + " by " + keys.size() + " keys, " + trust.getClass().getSimpleName();
    }
  }

  @BeforeAll
  static void tools() {
    Tools.require("nginx");
  }

  static Stream<Mode> modes() {
    FreeBsdKey key = FreeBsdKey.create();
    FreeBsdKey next = FreeBsdKey.create();
    return Stream.of(
        new Mode(Style.FINGERPRINTS, List.of(), new PkgTrust.None(), key),
        new Mode(Style.PUBKEY, List.of(key), new PkgTrust.PubKey(key), key),
        new Mode(Style.PUBKEY, List.of(key, next), new PkgTrust.PubKey(key), key),
        new Mode(Style.FINGERPRINTS, List.of(key), PkgTrust.of(key), key),
        // The keys are being changed: some clients know the old one, some the new one.
        new Mode(Style.FINGERPRINTS, List.of(key, next), PkgTrust.of(key), key),
        new Mode(Style.FINGERPRINTS, List.of(key, next), PkgTrust.of(next), next));
  }

  private FreeBsdRepository packages() {
    FreeBsdRepository made = new FreeBsdRepository(ABI, FreeBsdShape.plain());
    made.add(
        FreeBsdPackage.of("lib+x", "1.2_3,1").payload(200_000),
        FreeBsdPackage.of("tool", "1.0").payload(40_000).depends("lib+x"),
        FreeBsdPackage.of("pkg", "2.8.4").payload(50_000));
    return made;
  }

  private HostedPackages hosted(Mode mode, FreeBsdRepository made) throws Exception {
    HostedPackages hosted = new HostedPackages(new PkgRepositoryFormat(mode.style), ABI);
    for (String name : List.of("lib+x", "tool", "pkg")) {
      hosted.add(Files.write(work.resolve(name + ".upload"), made.bytes(name)));
    }
    return hosted;
  }

  @ParameterizedTest
  @MethodSource("modes")
  void bothGenerationsOfPkgUpdateAndInstall(Mode mode) throws Exception {
    FreeBsdRepository made = packages();
    Path root = work.resolve("www");
    hosted(mode, made).publish(root, mode.signers());
    try (NginxServer nginx = NginxServer.serve(root)) {
      URI url = URI.create(nginx.url() + "/" + ABI);
      for (Version version : Version.values()) {
        try (PkgReplay machine = PkgReplay.of(version, url, mode.trust)) {
          machine.install("tool", "lib+x");
          assertThat(machine.available()).containsExactly("lib+x", "pkg", "tool");
          assertThat(machine.cached("lib+x")).isEqualTo(made.bytes("lib+x"));
        }
      }
      RealPkg real = RealPkg.find(work);
      if (real == null) {
        System.out.println("pkg: there is none on the PATH, so only its requests were replayed");
        return;
      }
      real.repository(url.toString(), mode.trust, mode.trusted);
      assertThat(real.run("update").runOk()).contains("3 packages processed");
      real.run("install", "-y", "tool").runOk();
      assertThat(real.run("info", "-q").runOk()).contains("tool-1.0").contains("lib+x-1.2_3,1");
    }
  }

  @Test
  void anEmptyRepositoryIsOneWithoutPackages() throws Exception {
    FreeBsdKey signing = FreeBsdKey.create();
    Path root = work.resolve("www");
    new HostedPackages(new PkgRepositoryFormat(Style.FINGERPRINTS), ABI)
        .publish(root, signing.signer());
    try (NginxServer nginx = NginxServer.serve(root)) {
      URI url = URI.create(nginx.url() + "/" + ABI);
      try (PkgReplay machine = PkgReplay.of(Version.V2_8, url, PkgTrust.of(signing))) {
        assertThat(machine.update()).isEqualTo(PkgReplay.Update.UPDATED);
        assertThat(machine.available()).isEmpty();
      }
      RealPkg real = RealPkg.find(work);
      if (real != null) {
        real.repository(url.toString(), signing);
        real.run("update").runOk();
      }
    }
  }
}
