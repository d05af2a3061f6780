package dev.larder.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/// The OpenAPI 3.1 document of the API. It is written by hand, in parts that lie beside this class
/// in `openapi/`: `openapi.yaml` has what they share, each other one the paths and schemas of a
/// subject. A test holds it against the routes and the records of `wire`.
///
/// @param root the whole document: maps, lists, texts, numbers and truth values
record ApiDocument(Map<String, Object> root) {
  /// In the order in which their operations are shown.
  private static final List<String> PARTS =
      List.of(
          "openapi",
          "server",
          "repositories",
          "packages",
          "mirrors",
          "cache",
          "jobs",
          "keys",
          "tokens");

  /// Objects that several parts have something of. Everything else is said once.
  private static final Set<String> SHARED =
      Set.of(
          "paths",
          "components",
          "components.parameters",
          "components.requestBodies",
          "components.responses",
          "components.schemas");

  /// Puts the parts together.
  ///
  /// @throws IllegalStateException if two of them say the same
  static ApiDocument read() {
    Map<String, Object> root = new LinkedHashMap<>();
    for (String part : PARTS) {
      merge(root, part(part + ".yaml"), "");
    }
    return new ApiDocument(root);
  }

  /// As JSON on one line, in UTF-8.
  byte[] json() {
    return Json.bytes(root);
  }

  /// As YAML 1.2 without anchors, in UTF-8.
  byte[] yaml() {
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setDereferenceAliases(true)
            .setWidth(100)
            .build();
    return new Dump(settings).dumpToString(root).getBytes(UTF_8);
  }

  private static Map<String, Object> part(String name) {
    try (InputStream in = ApiDocument.class.getResourceAsStream("openapi/" + name)) {
      if (in == null) {
        throw new IllegalStateException("there is no openapi/" + name);
      }
      LoadSettings settings = LoadSettings.builder().setLabel(name).build();
      return object(new Load(settings).loadFromInputStream(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void merge(Map<String, Object> into, Map<String, Object> part, String place) {
    part.forEach((name, value) -> {
      String here = place.isEmpty() ? name : place + "." + name;
      if (SHARED.contains(here)) {
        Map<String, Object> shared = object(into.getOrDefault(name, Map.of()));
        merge(shared, object(value), here);
        into.put(name, shared);
      } else if (into.putIfAbsent(name, value) != null) {
        throw new IllegalStateException("two parts have " + here);
      }
    });
  }

  /// A copy, so that nothing is changed that two places share.
  private static Map<String, Object> object(Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new IllegalStateException("an object is expected, not " + value);
    }
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((name, member) -> copy.put((String) name, member));
    return copy;
  }
}
