package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.Compression;
import dev.larder.format.InvalidIndex;
import java.io.IOException;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CatalogueArchiveTest {
  private static final byte[] DATA = CatalogueMaker.dataText();

  private static void refused(String index, CatalogueMaker maker, String why) throws IOException {
    byte[] bytes = maker.packed(Compression.GZIP);
    assertThatThrownBy(() -> Samples.promises(index, bytes))
        .isExactlyInstanceOf(InvalidIndex.class)
        .hasMessageStartingWith(index + ": ")
        .hasMessageContaining(why);
  }

  private static CatalogueMaker data() throws IOException {
    return new CatalogueMaker().add("data", DATA);
  }

  @Test
  void oneFileIsThePayloadWhateverItIsCalled() throws Exception {
    byte[] renamed = new CatalogueMaker().add("mine.json", DATA).packed(Compression.ZSTD);
    assertThat(Samples.promises("data.pkg", renamed)).isEmpty();
    refused("data.pkg", data().add("data", DATA), "data: is a second payload");
    refused("data.pkg", data().add("README", new byte[1]), "README: is a second payload");
    refused("data.pkg", new CatalogueMaker().add("signature", new byte[1]), "nothing but");
    refused("data.pkg", new CatalogueMaker(), "nothing but");
    TarArchiveEntry link = new TarArchiveEntry("data", TarConstants.LF_SYMLINK);
    refused("data.pkg", new CatalogueMaker().add(link, new byte[0]), "is not a file");
  }

  @Test
  void signaturesAreFewAndSmallAndThereOnce() throws Exception {
    refused("data.pkg", data().add("signature", new byte[0]), "signature: has 0 bytes");
    refused("data.pkg", data().add("a.sig", new byte[(1 << 20) + 1]), "a.sig: has 1048577 bytes");
    refused(
        "data.pkg", data().add("a.pub", new byte[1]).add("a.pub", new byte[1]), "is there twice");
    CatalogueMaker eight = data();
    CatalogueMaker nine = data();
    for (int i = 0; i < 9; i++) {
      if (i < 8) {
        eight.add(i + ".sig", new byte[1 << 20]);
      }
      nine.add(i + ".sig", new byte[1]);
    }
    assertThat(Samples.promises("data.pkg", eight.packed(Compression.GZIP))).isEmpty();
    refused("data.pkg", nine, "one signature too many");
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD", "XZ", "BZIP2", "NONE"})
  void anArchiveCutAnywhereIsInvalid(Compression compression) throws Exception {
    byte[] bytes = data().packed(compression);
    // A bare tar archive is whole once 512 zeros follow its last byte.
    int needed = compression == Compression.NONE ? 512 * 2 + DATA.length : bytes.length;
    for (int length = 0; length < needed; length += length < 20 ? 1 : 37) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> Samples.promises("data.pkg", cut))
          .as(compression + " " + length)
          .isExactlyInstanceOf(InvalidIndex.class);
    }
  }

  @Test
  void listsOfFilesAreAnyLinesOfText() throws Exception {
    for (String index : new String[] {"files.pkg", "filesite.txz", "digests.txz"}) {
      CatalogueMaker maker =
          new CatalogueMaker().add("x", Samples.utf8("0 /usr\n1 2\n\na 1\n>0\n"));
      assertThat(Samples.promises(index, maker.packed(Compression.XZ))).isEmpty();
      refused(index, new CatalogueMaker().add("x", Samples.utf8("<html>")), "is a page");
      refused(index, new CatalogueMaker().add("x", new byte[] {'a', '\n', 0}), "line 2");
      refused(index, new CatalogueMaker().add("x", new byte[2 << 20]), "line 1");
    }
  }

  @Test
  void thePackedMetaOfOldRepositoriesIsCheckedAsTheBareOne() throws Exception {
    byte[] meta = Samples.bytes("rsa/meta.conf");
    byte[] packed =
        new CatalogueMaker().add("meta", meta).add("signature", meta).packed(Compression.XZ);
    assertThat(Samples.promises("meta.txz", packed)).isEmpty();
    refused("meta.txz", new CatalogueMaker().add("meta", DATA), "has no version");
  }

  @Test
  void otherPathsAreNoIndexes() {
    assertThatThrownBy(() -> Samples.promises("All/a-1.pkg", new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Samples.promises("README", new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
