package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.Compression;
import dev.larder.format.InvalidIndex;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// `Latest/pkg.pkg` and its signatures, and what a set says of itself as a whole.
final class BootstrapTest {
  private static final FreeBsdPkgFormat FORMAT = new FreeBsdPkgFormat();
  private static final Signer SIGNER = Signer.create();
  private static final String PKG = "q/Latest/pkg.pkg";

  private static byte[] sample() throws IOException {
    return Samples.bytes("rsa/All/demo0001-1.0.pkg");
  }

  private static OptionalLong examine(String root, Map<String, byte[]> members) throws IOException {
    return FORMAT.examine(new RelPath(root), new Samples.MapSet(members));
  }

  @Test
  void aSignatureHasToBeMadeOverThePackageBesideIt() throws Exception {
    byte[] pkg = sample();
    byte[] signature = SIGNER.bootstrap(pkg);
    assertThat(examine("q/Latest", Map.of(PKG, pkg, PKG + ".sig", signature))).isEmpty();
    assertThat(examine("q/Latest", Map.of(PKG, pkg))).isEmpty();
    assertThat(examine("q/Latest", Map.of(PKG + ".sig", signature))).isEmpty();
    byte[] other = Samples.bytes("rsa/All/demo0002-1.0.pkg");
    assertThatThrownBy(() -> examine("q/Latest", Map.of(PKG, other, PKG + ".sig", signature)))
        .isExactlyInstanceOf(InvalidIndex.class)
        .hasMessage("q/Latest/pkg.pkg.sig: was not made over the q/Latest/pkg.pkg beside it");
    String old = "q/Latest/pkg.txz";
    assertThat(examine("q/Latest", Map.of(old, pkg, old + ".sig", signature))).isEmpty();
    assertThatThrownBy(() -> examine("q/Latest", Map.of(old, other, old + ".sig", signature)))
        .isExactlyInstanceOf(InvalidIndex.class);
  }

  @Test
  void aSignatureOfAnotherKindIsLeftToClientsUnlessItsKeyIsRsa() throws Exception {
    byte[] pkg = sample();
    byte[] ecc = Signer.bootstrap("ecc", new byte[70], new byte[] {4, 4, '\n'});
    assertThat(examine("q/Latest", Map.of(PKG, pkg, PKG + ".sig", ecc))).isEmpty();
    byte[] typed = Signer.bootstrap("rsa", SIGNER.sign(pkg), SIGNER.pem());
    assertThat(examine("q/Latest", Map.of(PKG, pkg, PKG + ".sig", typed))).isEmpty();
    for (byte[] wrong :
        new byte[][] {
          Signer.bootstrap("ecc", SIGNER.sign(pkg), SIGNER.pem()),
          Signer.bootstrap("", SIGNER.sign(pkg), new byte[] {4, 4, '\n'}),
          Signer.bootstrap("", new byte[70], SIGNER.pem())
        }) {
      assertThatThrownBy(() -> examine("q/Latest", Map.of(PKG, pkg, PKG + ".sig", wrong)))
          .isExactlyInstanceOf(InvalidIndex.class);
    }
  }

  @Test
  void noChangedSignatureFits() throws Exception {
    byte[] pkg = sample();
    byte[] signature = SIGNER.bootstrap(pkg);
    long base = System.nanoTime();
    int keyBytes = SIGNER.pem().length;
    for (int round = 0; round < 300; round++) {
      Random random = new Random(base + round);
      byte[] changed = signature.clone();
      // Not in the key: whose it is, is for PkgTrust; but there it may only be refused, or fit.
      int at = random.nextInt(changed.length - keyBytes - 4);
      changed[at] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> examine("q/Latest", Map.of(PKG, pkg, PKG + ".sig", changed)))
          .as("seed " + (base + round))
          .isExactlyInstanceOf(InvalidIndex.class);
    }
  }

  @Test
  void theFilesOfLatestAreReadForWhatTheyAre() throws Exception {
    assertThat(Samples.promises(PKG, sample())).isEmpty();
    assertThat(Samples.promises(PKG + ".sig", SIGNER.bootstrap(sample()))).isEmpty();
    assertThat(Samples.promises(PKG + ".pubkeysig", SIGNER.sign(sample()))).isEmpty();
    byte[] cut = Arrays.copyOf(sample(), 300);
    byte[] catalogue = Samples.bytes("rsa/data.pkg");
    byte[] page = Samples.utf8("<!DOCTYPE html><html>" + "x".repeat(300));
    for (byte[] wrong : new byte[][] {cut, catalogue, page, new byte[0]}) {
      for (String index : new String[] {PKG, PKG + ".sig"}) {
        assertThatThrownBy(() -> Samples.promises(index, wrong))
            .isExactlyInstanceOf(InvalidIndex.class);
      }
    }
    for (byte[] wrong : new byte[][] {page, new byte[0], new byte[(1 << 20) + 1]}) {
      assertThatThrownBy(() -> Samples.promises(PKG + ".pubkeysig", wrong))
          .isExactlyInstanceOf(InvalidIndex.class);
    }
  }

  @Test
  void theClockOfACatalogueIsThatOfItsPayload() throws Exception {
    byte[] made =
        new CatalogueMaker()
            .add("signature", new byte[1])
            .add("data", CatalogueMaker.dataText())
            .packed(Compression.ZSTD);
    assertThat(examine("q", Map.of("q/data.pkg", made))).hasValue(1_795_000_000L);
    assertThat(examine("q", Map.of("q/data.pkg", Samples.bytes("rsa/data.pkg")))).isPresent();
    assertThat(examine("q", Map.of("q/meta.conf", Samples.bytes("rsa/meta.conf")))).isEmpty();
    assertThat(examine("", Map.of("data.pkg", made))).isPresent();
  }

  @Test
  void anEntireSignatureTextIsAskedFor() {
    byte[] whole = SIGNER.bootstrap(new byte[1]);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> BootstrapSignature.read("x", cut))
          .isExactlyInstanceOf(InvalidIndex.class);
    }
    byte[] more = Arrays.copyOf(whole, whole.length + 1);
    assertThatThrownBy(() -> BootstrapSignature.read("x", more))
        .isExactlyInstanceOf(InvalidIndex.class);
  }
}
