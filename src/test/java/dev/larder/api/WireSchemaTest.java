package dev.larder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.Json;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The schemas of the OpenAPI document against the records and enumerations of `wire`.
class WireSchemaTest {
  private static final ImportOption OURS = location -> !location.contains("/test-classes/");
  private static final String REFERENCE = "#/components/schemas/";

  private static ObjectNode schemas() {
    JsonNode document = Json.response(ApiDocument.read().json(), JsonNode.class);
    return (ObjectNode) document.at("/components/schemas");
  }

  private static List<Class<?>> types() {
    List<Class<?>> types = new ArrayList<>();
    for (JavaClass each :
        new ClassFileImporter().withImportOption(OURS).importPackages("dev.larder.wire")) {
      Class<?> type = each.reflect();
      if (type.isRecord() || type.isEnum()) {
        types.add(type);
      }
    }
    return types;
  }

  private static String name(Class<?> type) {
    Class<?> outer = type.getEnclosingClass();
    return outer == null ? type.getSimpleName() : name(outer) + "." + type.getSimpleName();
  }

  @Test
  void everyRecordAndEnumerationHasASchemaAndEverySchemaIsOne() {
    TreeSet<String> schemas = new TreeSet<>(schemas().propertyNames());
    assertThat(schemas)
        .isEqualTo(new TreeSet<>(types().stream().map(WireSchemaTest::name).toList()));
    assertThat(schemas).hasSizeGreaterThan(50);
  }

  @Test
  void everySchemaSaysWhatItsRecordSays() {
    ObjectNode schemas = schemas();
    assertThat(types()).flatMap(type -> faults(type, schemas)).isEmpty();
  }

  private static List<String> faults(Class<?> type, ObjectNode schemas) {
    Faults faults = new Faults(name(type), schemas, new ArrayList<>());
    if (type.isEnum()) {
      faults.ofEnum(type);
    } else {
      faults.ofRecord(type);
    }
    return faults.told();
  }

  /// @param own the name of the schema
  private record Faults(String own, ObjectNode schemas, List<String> told) {
    private void check(boolean right, String place, Object fault) {
      if (!right) {
        told.add("%s%s: %s".formatted(own, place, fault));
      }
    }

    private JsonNode schema() {
      return schemas.path(own);
    }

    private static boolean isDescribed(JsonNode node) {
      return !node.path("description").asString("").isBlank();
    }

    void ofEnum(Class<?> type) {
      List<String> values = new ArrayList<>();
      for (Object constant : type.getEnumConstants()) {
        values.add(
            constant instanceof ErrorCode code
                ? code.code()
                : ((Enum<?>) constant).name().toLowerCase(Locale.ROOT));
      }
      check(schema().path("type").asString("").equals("string"), "", "not a string");
      check(isDescribed(schema()), "", "not described");
      check(texts(schema().path("enum")).equals(values), "", values + " expected");
    }

    void ofRecord(Class<?> type) {
      boolean request = type.getSimpleName().endsWith("Request");
      List<String> fields = new ArrayList<>();
      List<String> present = new ArrayList<>();
      for (RecordComponent component : type.getRecordComponents()) {
        fields.add(component.getName());
        if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
          present.add(component.getName());
        }
        JsonNode property = schema().path("properties").path(component.getName());
        check(isDescribed(property), "." + component.getName(), "not described");
        field("." + component.getName(), component.getGenericType(), property);
      }
      check(schema().path("type").asString("").equals("object"), "", "not an object");
      check(isDescribed(schema()), "", "not described");
      List<String> named = List.copyOf(schema().path("properties").propertyNames());
      check(named.equals(fields), "", "has %s and not %s".formatted(named, fields));
      List<String> required = texts(schema().path("required"));
      // A request may need what its record lets be absent, to say so in words of its own.
      check(
          request ? required.containsAll(present) : required.equals(present),
          "",
          "requires %s and not %s".formatted(required, present));
      JsonNode others = schema().path("additionalProperties");
      check(
          request ? others.isBoolean() && !others.asBoolean() : others.isMissingNode(),
          "",
          "requests are closed, responses open");
    }

    private void field(String place, Type type, JsonNode schema) {
      switch (type) {
        case ParameterizedType list when list.getRawType() == List.class -> {
          check(is(schema, "array", ""), place, "a list is an array");
          field(place + "[]", list.getActualTypeArguments()[0], schema.path("items"));
        }
        case ParameterizedType map when map.getRawType() == Map.class -> {
          check(is(schema, "object", ""), place, "a map is an object");
          field(place + "{}", map.getActualTypeArguments()[1], schema.path("additionalProperties"));
        }
        case Class<?> c when c.isRecord() || c.isEnum() ->
            check(
                schema.path("$ref").asString("").equals(REFERENCE + name(c)),
                place,
                "is a " + name(c));
        case Class<?> c when c == Object.class ->
            check(schema.path("type").isMissingNode(), place, "is anything");
        case Class<?> c -> check(isPlain(c, schema), place, "is a " + c.getSimpleName());
        default -> check(false, place, "what is a " + type);
      }
    }

    private boolean isPlain(Class<?> type, JsonNode schema) {
      return switch (type.getName()) {
        case "java.lang.String" -> isText(schema);
        case "int", "java.lang.Integer" -> is(schema, "integer", "int32");
        case "long", "java.lang.Long" -> is(schema, "integer", "int64");
        case "boolean", "java.lang.Boolean" -> is(schema, "boolean", "");
        default -> type == Instant.class && is(schema, "string", "date-time");
      };
    }

    /// A text may be one of an enumeration that has a name.
    private boolean isText(JsonNode schema) {
      String reference = schema.path("$ref").asString("");
      JsonNode meant =
          reference.isEmpty() ? schema : schemas.path(reference.substring(REFERENCE.length()));
      return meant.path("type").asString("").equals("string")
          && !meant.path("format").asString("").equals("date-time");
    }

    private static boolean is(JsonNode schema, String type, String format) {
      return schema.path("type").asString("").equals(type)
          && schema.path("format").asString("").equals(format);
    }

    private static List<String> texts(JsonNode list) {
      List<String> texts = new ArrayList<>();
      list.forEach(each -> texts.add(each.asString()));
      return texts;
    }
  }

  /// The comparison with records that are others than their schemas.
  @Nested
  class EveryDifferenceIsTold {
    private enum Colour {
      RED,
      GREEN
    }

    private record Thing(
        String text,
        long number,
        @Nullable Instant at,
        List<Integer> list,
        Map<String, Long> map) {}

    private record ThingRequest(@Nullable Boolean flag) {}

    private static final String RIGHT =
        """
        {"description": "x", "type": "object", "required": ["text", "number", "list", "map"],
         "properties": {
           "text": {"description": "x", "type": "string"},
           "number": {"description": "x", "type": "integer", "format": "int64"},
           "at": {"description": "x", "type": "string", "format": "date-time"},
           "list": {"description": "x", "type": "array",
             "items": {"type": "integer", "format": "int32"}},
           "map": {"description": "x", "type": "object",
             "additionalProperties": {"type": "integer", "format": "int64"}}}}
        """;

    private static List<String> faults(Class<?> type, String schema) {
      ObjectNode schemas = Json.response("{}".getBytes(UTF_8), ObjectNode.class);
      schemas.set(name(type), Json.response(schema.getBytes(UTF_8), JsonNode.class));
      return WireSchemaTest.faults(type, schemas).stream()
          .map(fault ->
              fault.substring(fault.lastIndexOf("Thing") < 0 ? 0 : fault.lastIndexOf("Thing")))
          .toList();
    }

    private static String but(String part, String instead) {
      assertThat(RIGHT).contains(part);
      return RIGHT.replace(part, instead);
    }

    @Test
    void noneWhereThereIsNone() {
      assertThat(faults(Thing.class, RIGHT)).isEmpty();
    }

    @Test
    void aFieldOfAnotherNameOrInAnotherPlace() {
      assertThat(faults(Thing.class, but("\"at\"", "\"when\""))).hasSize(3);
      assertThat(faults(Thing.class, but("\"properties\": {", "\"properties\": {\"more\": {},")))
          .singleElement()
          .asString()
          .startsWith("Thing: has [more, text");
    }

    @Test
    void aFieldOfAnotherKind() {
      assertThat(faults(Thing.class, but("\"int32\"", "\"int64\"")))
          .containsExactly("Thing.list[]: is a Integer");
      assertThat(faults(Thing.class, but(", \"format\": \"date-time\"", "")))
          .containsExactly("Thing.at: is a Instant");
      assertThat(faults(Thing.class, but("\"type\": \"array\"", "\"type\": \"object\"")))
          .containsExactly("Thing.list: a list is an array");
    }

    @Test
    void whatMayBeAbsent() {
      assertThat(faults(Thing.class, but("\"text\", \"number\"", "\"text\", \"at\", \"number\"")))
          .singleElement()
          .asString()
          .startsWith("Thing: requires");
    }

    @Test
    void whatIsNotDescribed() {
      assertThat(faults(Thing.class, but("\"text\": {\"description\": \"x\",", "\"text\": {")))
          .containsExactly("Thing.text: not described");
    }

    @Test
    void requestsThatAreOpen() {
      String open =
          "{\"description\": \"x\", \"type\": \"object\", \"properties\":"
              + " {\"flag\": {\"description\": \"x\", \"type\": \"boolean\"}}}";
      assertThat(faults(ThingRequest.class, open))
          .containsExactly("ThingRequest: requests are closed, responses open");
    }

    @Test
    void aValueThatIsMissing() {
      assertThat(Arrays.stream(Colour.values()).toList()).hasSize(2);
      assertThat(
              faults(
                  Colour.class,
                  "{\"description\": \"x\", \"type\": \"string\", \"enum\": [\"red\"]}"))
          .singleElement()
          .asString()
          .contains("[red, green] expected");
    }
  }
}
