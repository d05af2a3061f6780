package dev.larder.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class EscapedTest {
  private static String by(BiConsumer<StringBuilder, String> how, String text) {
    StringBuilder to = new StringBuilder();
    how.accept(to, text);
    return to.toString();
  }

  @Test
  void aWordHasNoBlankNoQuoteAndNoLineEnd() {
    assertThat(by(Escaped::word, "/a b\n\"c\\\u0007\u007f"))
        .isEqualTo("/a\\x20b\\x0a\\x22c\\x5c\\x07\\x7f");
    assertThat(by(Escaped::word, "/ü\ud83d\ude00\ud800"))
        .isEqualTo("/\\xc3\\xbc\\xf0\\x9f\\x98\\x80\\x3f");
    assertThat(by(Escaped::word, "")).isEqualTo("-");
    assertThat(by(Escaped::quoted, "a \"b\"")).isEqualTo("\"a \\x22b\\x22\"");
  }

  @Test
  void aLineStaysOneAndSteersNoTerminal() {
    assertThat(Escaped.line("a\r\nb\u001b[2J\u0085\u2028ü"))
        .isEqualTo("a\\r\\nb\\u001b[2J\\u0085\\u2028ü");
    assertThat(Escaped.line("plain")).isEqualTo("plain");
  }

  @Test
  void jsonIsReadBackAsItWas() {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < 0x300; c++) {
      all.append(c);
    }
    all.append("\u2028\ud83d\ude00");
    assertThat(by(Escaped::json, "a\ud83db\ude00")).isEqualTo("\"a\ufffdb\ufffd\"");
    String json = by(Escaped::json, all.toString());
    assertThat(json).doesNotContain("\n");
    assertThat(new JsonMapper().readTree(json).asString()).isEqualTo(all.toString());
  }
}
