package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.serve.ByteRange.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteRangeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes=0-0      | 100 | 0-0",
        "bytes=0-       | 100 | 0-99",
        "bytes=10-19    | 100 | 10-19",
        "bytes=99-      | 100 | 99-99",
        "bytes=90-1000  | 100 | 90-99",
        "bytes=-1       | 100 | 99-99",
        "bytes=-100     | 100 | 0-99",
        "bytes=-1000    | 100 | 0-99",
        "BYTES=5-6      | 100 | 5-6",
        "bytes= 5-6     | 100 | 5-6",
        "bytes=005-6    | 100 | 5-6",
        "bytes=0-99999999999999999999 | 100 | 0-99",
        "bytes=-99999999999999999999  | 100 | 0-99",
        "bytes=100-     | 100 | unsatisfiable",
        "bytes=100-200  | 100 | unsatisfiable",
        "bytes=99999999999999999999-  | 100 | unsatisfiable",
        "bytes=-0       | 100 | unsatisfiable",
        "bytes=0-       | 0   | unsatisfiable",
        "bytes=-5       | 0   | ignored",
        "bytes=5-4      | 100 | ignored",
        "bytes=-        | 100 | ignored",
        "bytes=         | 100 | ignored",
        "bytes          | 100 | ignored",
        "bytes=a-b      | 100 | ignored",
        "bytes=1 - 2    | 100 | ignored",
        "bytes=+1-2     | 100 | ignored",
        "bytes=--1      | 100 | ignored",
        "bytes=0x1-2    | 100 | ignored",
        "bytes=0-1,3-4  | 100 | ignored",
        "lines=0-1      | 100 | ignored",
      })
  void aRangeComesTo(String header, long size, String expected) {
    String outcome =
        switch (ByteRange.of(header, size)) {
          case Outcome.Ignored() -> "ignored";
          case Outcome.Unsatisfiable() -> "unsatisfiable";
          case Outcome.Part(long from, long to) -> from + "-" + to;
        };
    assertThat(outcome).isEqualTo(expected);
  }
}
