package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.Compression;
import dev.larder.format.InvalidIndex;
import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;
import dev.larder.store.Expected;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a record must say, in both forms of the catalogue.
final class PackageRecordsTest {
  private static final String SHA =
      "2987df75c67462602604ee9ce439cdeed5e827dadac39c7d6c17df0dc2f09493";
  private static final String OURS = "FreeBSD:14:amd64/quarterly/";
  private static final String RECORD =
      """
      {"name":"a","version":"1","abi":"FreeBSD:14:amd64","arch":"freebsd:14:x86:64",\
      "sum":"SHA","path":"All/a-1.pkg","repopath":"All/a-1.pkg","pkgsize":7,\
      "deps":{"b":{"origin":"misc/b","version":"1"}},"comment":"Überall ☃"}\
      """
          .replace("SHA", SHA);

  private static void refused(String record, String... words) throws IOException {
    for (String index : new String[] {OURS + "data.pkg", OURS + "packagesite.pkg"}) {
      byte[] bytes =
          index.endsWith("data.pkg") ? CatalogueMaker.data(record) : CatalogueMaker.lines(record);
      var refusal =
          assertThatThrownBy(() -> Samples.promises(index, bytes))
              .as(record)
              .isExactlyInstanceOf(InvalidIndex.class)
              .hasMessageStartingWith(index + ": ");
      for (String word : words) {
        refusal.hasMessageContaining(word);
      }
    }
  }

  private static Map<String, Expected> promises(String... records) throws IOException {
    Map<String, Expected> promises =
        Samples.promises(OURS + "data.pkg", CatalogueMaker.data(records));
    assertThat(Samples.promises(OURS + "packagesite.pkg", CatalogueMaker.lines(records)))
        .isEqualTo(promises);
    return promises;
  }

  @Test
  void aRecordPromisesSizeAndSum() throws Exception {
    assertThat(promises(RECORD))
        .containsExactly(
            Map.entry(OURS + "All/a-1.pkg", new Expected(7, new Checksum(Algorithm.SHA256, SHA))));
  }

  @Test
  void anEmptyCatalogueIsValid() throws Exception {
    assertThat(Samples.promises("data.pkg", CatalogueMaker.data())).isEmpty();
    assertThat(Samples.promises("packagesite.pkg", CatalogueMaker.lines())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"name", "version", "sum", "path", "pkgsize"})
  void whatEveryRecordSaysHasToBeThereOnceAndOfItsKind(String key) throws Exception {
    refused(RECORD.replaceFirst("\"" + key + "\"", "\"other\""), "record 1", "has no " + key);
    refused(
        RECORD.replaceFirst("\"name\"", "\"" + key + "\":" + value(key) + ",\"name\""),
        "record 1",
        "states " + key + " twice");
    for (String wrong : new String[] {"null", "[]", "{}", "true", "1.5", "\"\""}) {
      refused(RECORD.replaceFirst("\"" + key + "\":[^,]*,", "\"" + key + "\":" + wrong + ","), key);
    }
  }

  private static String value(String key) {
    return key.equals("pkgsize") ? "7" : "\"x\"";
  }

  @Test
  void theRecordIsNamedInTheError() throws Exception {
    refused(RECORD.replace("\"pkgsize\":7", "\"pkgsize\":-7"), "record 1 (a-1) ", "pkgsize", "-7");
    refused(RECORD.replace("\"pkgsize\":7", "\"pkgsize\":9223372036854775808"), "pkgsize");
    refused(RECORD.replace("\"repopath\":\"All/a", "\"repopath\":\"All/b"), "repopath");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../a-1.pkg",
        "/All/a-1.pkg",
        "All//a-1.pkg",
        "All/../a-1.pkg",
        "./All/a-1.pkg",
        "data.pkg",
        "meta.conf",
        "Latest/pkg.pkg",
        "All/README",
        "All",
        "All/a\\u00001.pkg",
        "All/a\\\\1.pkg",
        "x"
      })
  void onlyPackagesBelowTheRootCanBePromised(String path) throws Exception {
    refused(RECORD.replace("All/a-1.pkg", path), "record 1 (a-1) ", "path is not");
  }

  @Test
  void packagesMayLieBesideTheCatalogue() throws Exception {
    assertThat(promises(RECORD.replace("All/a-1.pkg", "FreeBSD-acct-15.0.pkg")))
        .containsOnlyKeys(OURS + "FreeBSD-acct-15.0.pkg");
  }

  @Test
  void allFormsOfSumsAreRead() throws Exception {
    byte[] sha = new Checksum(Algorithm.SHA256, SHA).bytes();
    String wide = SHA + SHA;
    byte[] blake = new Checksum(Algorithm.BLAKE2B, wide).bytes();
    assertThat(sum("1$" + SHA)).isEqualTo(new Checksum(Algorithm.SHA256, SHA));
    assertThat(sum("0$" + Base32.encode(sha))).isEqualTo(new Checksum(Algorithm.SHA256, SHA));
    assertThat(sum("2$" + Base32.encode(blake))).isEqualTo(new Checksum(Algorithm.BLAKE2B, wide));
    assertThat(sum("5$" + Base32.encode(sha))).isEqualTo(new Checksum(Algorithm.BLAKE2S, SHA));
  }

  private static Checksum sum(String sum) throws IOException {
    Checksum checksum =
        promises(RECORD.replace(SHA, sum))
            .getOrDefault(OURS + "All/a-1.pkg", Expected.NOTHING)
            .checksum();
    if (checksum == null) {
      throw new AssertionError("nothing promised");
    }
    return checksum;
  }

  @ParameterizedTest
  @CsvSource({
    "3$abc, raw",
    "4$abc, raw",
    "6$abc, raw",
    "7$abc, no known type",
    "2$2$abc, base32",
    "2$, base32",
    "abc, hexadecimal",
    "1$abc, hexadecimal",
    "2987DF75C67462602604EE9CE439CDEED5E827DADAC39C7D6C17DF0DC2F09493, no known type",
    "0$yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy9, base32"
  })
  void aSumOfAnotherFormIsRefused(String sum, String why) throws Exception {
    refused(RECORD.replace(SHA, sum), "record 1 (a-1) ", "sum ", why);
  }

  @Test
  void aHashedNameHasToBeginItsSum() throws Exception {
    String hashed = RECORD.replace("All/a-1.pkg", "All/Hashed/a-1~2987df75c6.pkg");
    assertThat(promises(hashed)).containsOnlyKeys(OURS + "All/Hashed/a-1~2987df75c6.pkg");
    refused(hashed.replace("~2987df75c6", "~3987df75c6"), "hash in its file name");
    // Of another form than the sum it cannot be compared.
    assertThat(promises(hashed.replace("~2987df75c6", "~2$yyyyyyyy"))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FreeBSD:13:amd64",
        "FreeBSD:14:i386",
        "FreeBSD:14",
        "Linux:14:amd64",
        "FreeBSD::amd64",
        "FreeBSD:14:amd64:",
        "freebsd:14:x86:32",
        "freebsd:13:x86:64",
        "nonsense"
      })
  void aPackageForAnotherSystemIsRefused(String abi) throws Exception {
    refused(RECORD.replace("FreeBSD:14:amd64", abi), "record 1 (a-1) ", abi, "freebsd:14:amd64");
    refused(RECORD.replace("freebsd:14:x86:64", abi), "record 1 (a-1) ", abi);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "freebsd:14:AMD64",
        "FreeBSD:14:*",
        "FreeBSD:*:*",
        "FreeBSD:*",
        "*",
        "freebsd:14:x86:64",
        "freebsd:14:future:64"
      })
  void aPackageForThisAndOtherSystemsIsTaken(String abi) throws Exception {
    assertThat(promises(RECORD.replace("FreeBSD:14:amd64", abi))).hasSize(1);
    assertThat(promises(RECORD.replace("freebsd:14:x86:64", abi))).hasSize(1);
  }

  @Test
  void oneOfAbiAndArchIsEnough() throws Exception {
    assertThat(promises(RECORD.replace("\"arch\"", "\"x\""))).hasSize(1);
    assertThat(promises(RECORD.replace("\"abi\"", "\"x\""))).hasSize(1);
    refused(
        RECORD.replace("\"abi\"", "\"x\"").replace("\"arch\"", "\"y\""), "neither abi nor arch");
  }

  @Test
  void whereThePathNamesNoSystemAllRecordsShareOne() throws Exception {
    String any = RECORD.replace("14:amd64", "14:*").replace("14:x86:64", "14:*");
    String one = RECORD.replace("a-1", "b-1");
    String other = one.replace("b-1", "c-1").replace(":14:", ":15:");
    assertThat(Samples.promises("x/data.pkg", CatalogueMaker.data(any, one))).hasSize(2);
    assertThatThrownBy(() -> Samples.promises("x/data.pkg", CatalogueMaker.data(any, other, one)))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageContaining("record 2");
  }

  @Test
  void aFileNamedTwiceHasToBeTheSame() throws Exception {
    assertThat(promises(RECORD, RECORD.replace("\"name\":\"a\"", "\"name\":\"b\""))).hasSize(1);
    String other = RECORD + (char) 10 + RECORD.replace(":7", ":8");
    assertThatThrownBy(
            () -> Samples.promises(OURS + "packagesite.pkg", CatalogueMaker.lines(other)))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageContaining("record 2 (a-1) promises other bytes for " + OURS + "All/a-1.pkg");
  }

  @Test
  void recordsStandOnLinesOfTheirOwn() throws Exception {
    for (String wrong :
        new String[] {
          RECORD + RECORD.replace("a-1", "b-1"),
          RECORD.replace(",\"sum\"", ",\n\"sum\""),
          "[" + RECORD + "]",
          "<html>",
          RECORD + "\n}",
          RECORD.substring(0, RECORD.length() - 1)
        }) {
      assertThatThrownBy(
              () -> Samples.promises(OURS + "packagesite.pkg", CatalogueMaker.lines(wrong)))
          .as(wrong)
          .isExactlyInstanceOf(InvalidIndex.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"packages\":{}}",
        "{\"packages\":[1]}",
        "{\"packages\":[],\"packages\":[]}",
        "{\"packages\":[],\"groups\":1}",
        "{\"packages\":[]}{}",
        "{\"packages\":[]",
        "{\"packages\":\n[]}",
        "{\"packages\":[]}\n{\"packages\":[]}",
        "{\"packages\":[],\"groups\":[[1]]}"
      })
  void dataIsOneObjectOnOneLine(String text) throws Exception {
    byte[] bytes = new CatalogueMaker().add("data", Samples.utf8(text)).packed(Compression.GZIP);
    assertThatThrownBy(() -> Samples.promises("data.pkg", bytes))
        .isExactlyInstanceOf(InvalidIndex.class);
  }

  @Test
  void whatADataFileMayHoldBesidesIsPassedOver() throws Exception {
    String text =
        "{\"future\":{\"a\":[1,2]},\"packages\":["
            + RECORD
            + "],\"groups\":[{\"name\":\"g\",\"comment\":\"c\"}],\"expired_packages\":[]}\n \n";
    byte[] bytes = new CatalogueMaker().add("data", Samples.utf8(text)).packed(Compression.GZIP);
    assertThat(Samples.promises(OURS + "data.pkg", bytes)).hasSize(1);
  }

  @Test
  void nestingAndNamesAreLimited() throws Exception {
    refused(RECORD.replace("\"b\":{", "\"b\":" + "[".repeat(100) + "]".repeat(100) + ",\"c\":{"));
    refused(RECORD.replace("\"b\":{", "\"" + "b".repeat(5000) + "\":{"), "record 1");
  }

  @Test
  void troubleWithReadingIsNotTheCataloguesFault() throws Exception {
    byte[] bytes = CatalogueMaker.data(RECORD);
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream(bytes, 0, bytes.length / 2),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("the disk is gone");
              }

              @Override
              public int read(byte[] into, int offset, int length) throws IOException {
                return read();
              }
            });
    assertThatThrownBy(() ->
            new FreeBsdPkgFormat()
                .read(new dev.larder.store.RelPath("data.pkg"), broken, (_, _) -> {}))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("the disk is gone");
  }
}
