package dev.larder.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceRecordTest {
  private static ServiceRecord record(int priority, int weight, String target) {
    return new ServiceRecord(priority, weight, 443, target);
  }

  @Test
  void aRecordIsReadAsItStandsInAZone() {
    assertThat(ServiceRecord.orNull("10 60 8443 Mirror.Example.NET."))
        .isEqualTo(new ServiceRecord(10, 60, 8443, "mirror.example.net"));
    assertThat(ServiceRecord.orNull("0 0 80 localhost"))
        .isEqualTo(new ServiceRecord(0, 0, 80, "localhost"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0 0 0 .",
        "0 0 443 .",
        "0 0 0 a.example.",
        "0 0 70000 a.example.",
        "-1 0 443 a.example.",
        "0 0 443",
        "0 0 443 a b",
        "",
        "0 0 443 a/b.example.",
        "0 0 443 a..example.",
        "0 0 443 a@b.example.",
        "0 0 443 a:80.example.",
        "x 0 443 a.example."
      })
  void whatNamesNoServerIsPassedOver(String text) {
    assertThat(ServiceRecord.orNull(text)).isNull();
  }

  @Test
  void aUrlHasAPortOnlyWhereItNeedsOne() {
    assertThat(new ServiceRecord(0, 0, 443, "a.example").url("https"))
        .isEqualTo("https://a.example");
    assertThat(new ServiceRecord(0, 0, 80, "a.example").url("http")).isEqualTo("http://a.example");
    assertThat(new ServiceRecord(0, 0, 443, "a.example").url("http"))
        .isEqualTo("http://a.example:443");
    assertThat(new ServiceRecord(0, 0, 8443, "a.example").url("https"))
        .isEqualTo("https://a.example:8443");
  }

  @Test
  void prioritiesComeInOrderAndNobodyTwice() {
    List<ServiceRecord> records =
        List.of(
            record(30, 5, "d"),
            record(10, 0, "a"),
            record(20, 9, "b"),
            record(20, 9, "b"),
            record(20, 1, "c"));
    List<ServiceRecord> order = ServiceRecord.inOrder(records, new Random(1));
    assertThat(order).extracting(ServiceRecord::priority).containsExactly(10, 20, 20, 30);
    assertThat(order).containsExactlyInAnyOrderElementsOf(List.copyOf(new HashSet<>(records)));
    assertThat(ServiceRecord.inOrder(List.of(), new Random(1))).isEmpty();
  }

  @Test
  void insideAPriorityTheFirstIsDrawnByWeight() {
    List<ServiceRecord> records =
        new ArrayList<>(
            List.of(record(1, 60, "often"), record(1, 0, "never"), record(1, 20, "some")));
    Map<String, Integer> first = new HashMap<>();
    Random random = new Random(42);
    for (int i = 0; i < 8_000; i++) {
      first.merge(ServiceRecord.inOrder(records, random).getFirst().target(), 1, Integer::sum);
    }
    assertThat(first.get("often")).isCloseTo(6_000, within(300));
    assertThat(first.get("some")).isCloseTo(2_000, within(300));
    assertThat(first.get("never")).isBetween(1, 300);
  }
}
