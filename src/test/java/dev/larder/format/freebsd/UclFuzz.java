package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.larder.format.InvalidIndex;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// UCL, and JSON as the part of it that everybody reads alike.
final class UclFuzz {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private record Size(int values, int depth) {}

  private static Size size(Ucl value) {
    List<Ucl> below =
        switch (value) {
          case Ucl.Text _ -> List.of();
          case Ucl.Many(List<Ucl> elements) -> elements;
          case Ucl.Table(Map<String, Ucl> entries) -> List.copyOf(entries.values());
        };
    int values = 1;
    int depth = 0;
    for (Ucl one : below) {
      Size size = size(one);
      values += size.values;
      depth = Math.max(depth, size.depth);
    }
    return new Size(values, value instanceof Ucl.Text ? 0 : depth + 1);
  }

  @FuzzTest
  void settings(byte[] text) {
    try {
      Size size = size(UclReader.read("conf", text));
      assertThat(size.values()).isLessThanOrEqualTo(UclReader.MAX_VALUES + 1);
      // A key that is stated twice makes an array of its own accord.
      assertThat(size.depth()).isLessThanOrEqualTo(2 * UclReader.MAX_DEPTH + 2);
      MetaConf.check("conf", text);
    } catch (InvalidIndex e) {
      assertThat(e).hasMessageMatching("conf: \\P{Cntrl}{3,600}");
    }
  }

  @FuzzTest
  void json(byte[] text) {
    Ucl expected = readAsJson(text);
    try {
      Ucl.Table read = UclReader.read("manifest", text, UclReader.Kind.MANIFEST);
      if (expected != null) {
        assertThat(read).isEqualTo(expected);
      }
    } catch (InvalidIndex e) {
      assertThat(e).hasMessageMatching("manifest: \\P{Cntrl}{3,600}");
    }
  }

  /// Null if it is not an object, or has anything but texts in it, which have more than one form.
  private static @Nullable Ucl readAsJson(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      JsonNode node = JSON.readTree(text);
      return node == null || !node.isObject() ? null : ucl(node);
    } catch (JacksonException | UnsupportedOperationException e) {
      return null;
    }
  }

  private static Ucl ucl(JsonNode node) {
    if (node.isObject()) {
      Map<String, Ucl> entries = new LinkedHashMap<>();
      node.properties().forEach(entry -> entries.put(entry.getKey(), ucl(entry.getValue())));
      return new Ucl.Table(entries);
    }
    if (node.isArray()) {
      List<Ucl> elements = new ArrayList<>();
      node.forEach(element -> elements.add(ucl(element)));
      return new Ucl.Many(elements);
    }
    if (!node.isString()) {
      throw new UnsupportedOperationException("not text");
    }
    return new Ucl.Text(node.asString());
  }
}
