package dev.larder.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/// How the records of this package are written as JSON (RFC 8259): fields in the order the record
/// declares them, instants in RFC 3339, enum constants in lower case, a field without a value left
/// out.
///
/// Responses are read leniently, so that an older command line understands a newer server; requests
/// are read strictly, so that a misspelt field is told rather than ignored.
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  private Json() {}

  /// Writes a record of this package on one line, as UTF-8.
  public static byte[] bytes(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /// Writes a record of this package over several lines, for people and `diff`.
  public static String pretty(Object value) {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
  }

  /// Reads a response; fields this version does not know are ignored.
  ///
  /// @throws IllegalArgumentException if the bytes are not such a record
  public static <T> T response(byte[] json, Class<T> type) {
    return read(MAPPER.reader(), json, type);
  }

  /// Reads a request; a field this version does not know is an error.
  ///
  /// @throws IllegalArgumentException if the bytes are not such a record; the message says what is
  ///   wrong
  public static <T> T request(byte[] json, Class<T> type) {
    return read(
        MAPPER.reader().with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES), json, type);
  }

  private static <T> T read(ObjectReader reader, byte[] json, Class<T> type) {
    T value;
    try {
      value = reader.forType(type).readValue(json);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(fault(e), e);
    }
    if (value == null) {
      throw new IllegalArgumentException("null where an object is expected");
    }
    return value;
  }

  /// In the words of the contract: the library's own message names our classes.
  private static String fault(JacksonException e) {
    return switch (e) {
      case UnrecognizedPropertyException unknown -> "unknown field " + unknown.getPropertyName();
      case DatabindException wrong when !wrong.getPath().isEmpty() ->
          "a value of the wrong kind for " + wrong.getPath().getLast().getPropertyName();
      case DatabindException _ -> "a value of the wrong kind";
      default ->
          "not JSON at line %d, column %d"
              .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    };
  }
}
