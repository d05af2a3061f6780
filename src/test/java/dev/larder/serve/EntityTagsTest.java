package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntityTagsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "*                  | true  | true",
        "\"a\"              | true  | true",
        "W/\"a\"            | false | true",
        "\"b\"              | false | false",
        "\"b\", \"a\"       | true  | true",
        "\"b\",\"c\",W/\"a\"| false | true",
        ", ,\"a\"           | true  | true",
        "\"x,\"a\"          | false | false",
        "a                  | false | false",
        "\"a                | false | false",
        "w/\"a\"            | false | false",
        "W/                 | false | false",
      })
  void aListMatchesTheTagA(String list, boolean strong, boolean weak) {
    assertThat(EntityTags.matchStrong(list, "\"a\"")).isEqualTo(strong);
    assertThat(EntityTags.matchWeak(list, "\"a\"")).isEqualTo(weak);
  }
}
