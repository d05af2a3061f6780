package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.InvalidIndex;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UclReaderTest {
  private static Map<String, Ucl> read(String text) throws InvalidIndex {
    return UclReader.read("x", Samples.utf8(text)).entries();
  }

  private static Ucl text(String value) {
    return new Ucl.Text(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a = 1; b = two words; c = \"x;y\";",
        "a: 1\nb: two words\nc: \"x;y\"",
        "a 1\nb two words\nc \"x;y\"\n",
        "{\"a\":1,\"b\":\"two words\",\"c\":\"x;y\"}",
        "{\n  \"a\" : 1 ,\n  \"b\" :\n \"two words\",\n c = 'x;y'\n}\n",
        "# comment\nA = 1 # more\n/* b /* nested */ = 3 */ b = two words /* x */\n;; c=\"x;y\"",
        "\uFEFFa=1;b=two words;c=\"x\\u003by\"",
        "a\t1\r\nb = two words \r\n\"C\" = \"x;y\"\r\n"
      })
  void oneTableInManyForms(String text) throws Exception {
    assertThat(read(text))
        .containsExactly(
            Map.entry("a", text("1")),
            Map.entry("b", text("two words")),
            Map.entry("c", text("x;y")));
  }

  @Test
  void objectsAndArraysNest() throws Exception {
    assertThat(read("a { b = [1, two; {c = d}\n[]], e {} }\nf\n{\n}\n"))
        .containsEntry(
            "a",
            new Ucl.Table(
                Map.of(
                    "b",
                    new Ucl.Many(
                        List.of(
                            text("1"),
                            text("two"),
                            new Ucl.Table(Map.of("c", text("d"))),
                            new Ucl.Many(List.of()))),
                    "e",
                    new Ucl.Table(Map.of()))))
        .containsKey("f");
    assertThat(read("")).isEmpty();
    assertThat(read("{}")).isEmpty();
  }

  @Test
  void aKeyStatedAgainHasManyValues() throws Exception {
    assertThat(read("a = 1; A = 2\na: 3"))
        .containsExactly(Map.entry("a", new Ucl.Many(List.of(text("1"), text("2"), text("3")))));
  }

  @Test
  void escapesAreThoseOfJson() throws Exception {
    assertThat(read("a = \"\\n\\r\\t\\b\\f\\\\\\/\\\"\\u00e9$1\""))
        .containsExactly(Map.entry("a", text("\n\r\t\b\f\\/\"é$1")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'.include \"/etc/passwd\"'|macro (.include)",
        "'a = 1\n.include(try=true) \"x\"'|line 2 uses a macro",
        "a { .load(key=x) \"y\" }|macro",
        "a = ${ABI}|variable",
        "a = \"x$ABI\"|variable",
        "a = x$$y|variable",
        "'a = <<EOD\nx\nEOD\n'|here-document",
        "section name { a = 1 }|inside a value without quotes",
        "a = [1|never closed",
        "a { b = 1|never closed",
        "a = \"x|not closed on its line",
        "'a = \"x\ny\"'|not closed on its line",
        "a = 'x|not closed on its line",
        "a = 'x\\y'|escape inside single quotes",
        "a = \"\\x41\"|not one of JSON",
        "a = \"\\u12g4\"|four hexadecimal",
        "/* a|comment is never closed",
        "a = ;|empty value",
        "a|has no value",
        "'a\nb'|has no value",
        "\"a\" \"b\" \"c\"|something follows a value",
        "a = }|empty value",
        "}|where a key belongs",
        "{a = 1} b|something follows",
        "<html>|where a key belongs",
        "= 1|where a key belongs"
      })
  void whatIsNotReadIsRefusedInWords(String text, String why) {
    assertThatThrownBy(() -> read(text))
        .as(text)
        .isExactlyInstanceOf(InvalidIndex.class)
        .hasMessageStartingWith("x: line ")
        .hasMessageContaining(why);
  }

  @Test
  void sizeDepthAndNumberAreLimited() throws Exception {
    assertThat(read("a = " + "[".repeat(16) + "]".repeat(16))).hasSize(1);
    assertThatThrownBy(() -> read("a = " + "[".repeat(100_000))).hasMessageContaining("deeper");
    assertThatThrownBy(() -> read("a {".repeat(100_000))).hasMessageContaining("deeper");
    assertThatThrownBy(() -> read("a = [" + "1,".repeat(10_001) + "]"))
        .hasMessageContaining("more than 10000 values");
    assertThatThrownBy(() -> read("#".repeat((1 << 20) + 1))).hasMessageContaining("larger than");
  }

  @Test
  void aManifestKeepsItsKeysAndItsDollarsAndStatesEachOnce() throws Exception {
    Ucl.Table manifest =
        UclReader.read(
            "x",
            Samples.utf8("Py-Dep = \"${x} $$\";\n/usr/local/A { b = $c }\n"),
            UclReader.Kind.MANIFEST);
    assertThat(manifest.entries()).containsOnlyKeys("Py-Dep", "/usr/local/A");
    assertThat(manifest.entries().get("Py-Dep")).isEqualTo(new Ucl.Text("${x} $$"));
    assertThatThrownBy(
            () -> UclReader.read("x", Samples.utf8("a = 1; a = 2"), UclReader.Kind.MANIFEST))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageContaining("a twice");
  }
}
