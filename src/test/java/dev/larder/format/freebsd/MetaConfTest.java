package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.InvalidIndex;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MetaConfTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "version = 2;",
        "version = 1; digest_format = \"sha256_base32\"; digests = digests;",
        "{\"version\":2,\"packing_format\":\"txz\",\"manifests\":\"packagesite.yaml\",\"eol\":17}",
        "version = 2; packing_format = tzst; maintainer = A B <a@example.org>; unknown = [1, 2]",
        "version = 2\ncert { type = rsa\n data = \"x\"\n name = y }\nextra { a { b = c } }",
        "version = 2; cert = [{type=rsa,data=a,name=b},{type=rsa,data=c,name=d}]; revision = 3"
      })
  void whatPkgTakesIsTaken(String text) throws Exception {
    assertThat(Samples.promises("a/meta.conf", Samples.utf8(text))).isEmpty();
    assertThat(
            new FreeBsdPkgFormat()
                .plausible(new dev.larder.store.RelPath("meta.conf"), Samples.utf8(text)))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|has no version",
        "version = 3|only 1 and 2",
        "version = 2.0|only 1 and 2",
        "version = 1; version = 2|more than one value",
        "version { a = 1 }|is an object",
        "version = 2; packing_format = zip|packing_format is unknown: zip",
        "version = 2; digest_format = md5|digest_format is unknown: md5",
        "version = 2; manifests = ../../etc/passwd|manifests is not the name of a file",
        "version = 2; data = \"\"|data is not the name of a file",
        "version = 2; filesite = ..|filesite is not the name of a file",
        "version = 2; eol = soon|eol is not a number: soon",
        "version = 2; revision = -1|revision is not a number",
        "version = 2; maintainer = [a, b]|maintainer has more than one value",
        "version = 2; cert = x|cert is not an object",
        "version = 2; cert { type = dsa; data = x; name = y }|type is unknown: dsa",
        "version = 2; cert { type = rsa; data = x }|cert has no name",
        "version = 2; extra = 1|extra is not an object",
        "'version = 2\n.include \"x\"'|line 2 uses a macro"
      })
  void whatPkgWouldRefuseIsRefused(String text, String why) {
    assertThatThrownBy(() -> Samples.promises("a/meta.conf", Samples.utf8(text)))
        .isExactlyInstanceOf(InvalidIndex.class)
        .hasMessageStartingWith("a/meta.conf: ")
        .hasMessageContaining(why);
  }
}
