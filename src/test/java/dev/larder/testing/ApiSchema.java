package dev.larder.testing;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What JSON Schema says: of OpenAPI documents by the official schema, of bodies by the schemas of
/// a document.
public final class ApiSchema {
  private static final String DOCUMENT = "https://larder.example/openapi.json";
  private static final String OFFICIAL = "https://spec.openapis.org/oas/3.1/schema-base/2022-10-07";

  private final SchemaRegistry registry;

  /// The schemas of a document. Objects may not have fields that the document does not name, though
  /// it allows programs to meet some: those are ours to name.
  public ApiSchema(JsonNode document) {
    JsonNode strict = document.deepCopy();
    close(strict.at("/components/schemas"));
    registry =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder
                    .schemaRegistryConfig(formats())
                    .schemas(Map.of(DOCUMENT, strict.toString())));
  }

  private static SchemaRegistryConfig formats() {
    return SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build();
  }

  private static void close(JsonNode node) {
    if (node instanceof ObjectNode object
        && object.get("properties") instanceof ObjectNode
        && !object.has("additionalProperties")) {
      object.put("additionalProperties", false);
    }
    node.forEach(ApiSchema::close);
  }

  /// What is wrong with a document by the official schema of OpenAPI 3.1, including its schemas.
  public static List<String> faults(JsonNode document) {
    SchemaRegistry official =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder
                    .schemaRegistryConfig(formats())
                    .schemaIdResolvers(ids ->
                        ids.mapPrefix(
                            "https://spec.openapis.org/", "classpath:spec.openapis.org/")));
    return told(official.getSchema(SchemaLocation.of(OFFICIAL)).validate(document));
  }

  /// What is wrong with a body.
  ///
  /// @param schema as it stands in the document: a reference, or a schema without any
  public List<String> faults(JsonNode schema, JsonNode body) {
    String reference = schema.path("$ref").asString("");
    Schema found =
        reference.isEmpty()
            ? registry.getSchema(schema)
            : registry.getSchema(SchemaLocation.of(DOCUMENT + reference));
    return told(found.validate(body));
  }

  private static List<String> told(List<Error> errors) {
    return errors.stream().map(Error::toString).toList();
  }
}
