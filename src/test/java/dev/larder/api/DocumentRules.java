package dev.larder.api;

import dev.larder.wire.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// What an OpenAPI document has to be that its official schema cannot say. Each rule returns a
/// sentence for whatever breaks it.
final class DocumentRules {
  private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");
  private static final Pattern IN_PATH = Pattern.compile("\\{([^}]+)}");

  private final JsonNode document;

  DocumentRules(JsonNode document) {
    this.document = document;
  }

  /// Every operation: `GET /api/v1/version`.
  Map<String, JsonNode> operations() {
    Map<String, JsonNode> operations = new TreeMap<>();
    document
        .path("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .properties()
                .forEach(each -> {
                  if (METHODS.contains(each.getKey())) {
                    String method = each.getKey().toUpperCase(Locale.ROOT);
                    operations.put(method + " " + path.getKey(), each.getValue());
                  }
                }));
    return operations;
  }

  /// What each operation asks for and what it is called in the audit log, as [#stated] says it.
  Map<String, String> stated() {
    Map<String, String> stated = new TreeMap<>();
    operations()
        .forEach((name, operation) ->
            stated.put(
                name,
                (operation.path("x-larder-scope").asString("")
                        + " "
                        + operation.path("x-larder-action").asString(""))
                    .strip()));
    return stated;
  }

  /// The node a reference leads to; the node itself if it is none.
  JsonNode resolved(JsonNode node) {
    String reference = node.path("$ref").asString("");
    return reference.isEmpty() ? node : document.at(reference.substring(1));
  }

  /// References that lead nowhere.
  List<String> deadReferences() {
    List<String> faults = new ArrayList<>();
    document
        .findValues("$ref")
        .forEach(reference -> {
          String text = reference.asString();
          if (!text.startsWith("#/") || document.at(text.substring(1)).isMissingNode()) {
            faults.add(text + " leads nowhere");
          }
        });
    return faults;
  }

  /// Components nobody refers to.
  List<String> idleComponents() {
    Set<String> used = new HashSet<>();
    document.findValues("$ref").forEach(reference -> used.add(reference.asString()));
    List<String> faults = new ArrayList<>();
    document
        .path("components")
        .properties()
        .forEach(kind -> {
          if (!kind.getKey().equals("securitySchemes")) {
            kind.getValue()
                .properties()
                .forEach(each -> {
                  String reference = "#/components/%s/%s".formatted(kind.getKey(), each.getKey());
                  if (!used.contains(reference)) {
                    faults.add(reference + " is not used");
                  }
                });
          }
        });
    return faults;
  }

  /// Paths that are the same but for the names of their parameters.
  List<String> ambiguousPaths() {
    Map<String, String> seen = new TreeMap<>();
    List<String> faults = new ArrayList<>();
    document
        .path("paths")
        .properties()
        .forEach(path -> {
          String other = seen.put(IN_PATH.matcher(path.getKey()).replaceAll("{}"), path.getKey());
          if (other != null) {
            faults.add(other + " is the same as " + path.getKey());
          }
        });
    return faults;
  }

  /// Parameters of paths that are not described, and descriptions without one. They stand in each
  /// operation, since Swagger UI does not show references that stand in the path.
  List<String> parameterFaults() {
    List<String> faults = new ArrayList<>();
    operations()
        .forEach((name, operation) -> {
          String path = name.substring(name.indexOf(' ') + 1);
          Set<String> described = new TreeSet<>();
          if (document.path("paths").path(path).has("parameters")) {
            faults.add(path + " has parameters outside its operations");
          }
          operation
              .path("parameters")
              .forEach(each -> {
                JsonNode parameter = resolved(each);
                if (parameter.path("description").asString("").isBlank()) {
                  faults.add(name + ": a parameter without a description");
                }
                if (parameter.path("in").asString("").equals("path")) {
                  described.add(parameter.path("name").asString());
                }
              });
          Set<String> used = new TreeSet<>();
          Matcher matcher = IN_PATH.matcher(path);
          while (matcher.find()) {
            used.add(matcher.group(1));
          }
          if (!used.equals(described)) {
            faults.add("%s has %s and describes %s".formatted(name, used, described));
          }
        });
    return faults;
  }

  /// Operations without what every one has.
  List<String> incompleteOperations() {
    List<String> faults = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    Set<String> tags = new HashSet<>();
    document.path("tags").forEach(tag -> tags.add(tag.path("name").asString()));
    operations()
        .forEach((name, operation) -> {
          if (!ids.add(operation.path("operationId").asString(""))) {
            faults.add(name + ": no operationId of its own");
          }
          if (operation.path("summary").asString("").isBlank()) {
            faults.add(name + ": no summary");
          }
          if (operation.path("tags").size() != 1
              || !tags.contains(operation.path("tags").path(0).asString())) {
            faults.add(name + ": not one of the tags");
          }
          String scope = operation.path("x-larder-scope").asString("");
          if (scope.equals("none")
              != (operation.has("security") && operation.path("security").isEmpty())) {
            faults.add(name + ": security is not what the scope says");
          }
          if (!operation.path("responses").has("default")) {
            faults.add(name + ": nothing of what any request may be answered with");
          }
          if (!scope.equals("none") && !operation.path("responses").has("401")) {
            faults.add(name + ": no 401");
          }
          if (!Set.of("none", "any").contains(scope) != operation.path("responses").has("403")) {
            faults.add(name + ": 403 is not where a scope is asked for");
          }
        });
    return faults;
  }

  /// Responses whose problems are not those of their status.
  List<String> misplacedProblems() {
    List<String> faults = new ArrayList<>();
    Map<String, Integer> statuses = new TreeMap<>();
    for (ErrorCode code : ErrorCode.values()) {
      statuses.put(code.code(), code.status());
    }
    operations()
        .forEach((name, operation) ->
            operation
                .path("responses")
                .properties()
                .forEach(each -> {
                  String status = each.getKey();
                  JsonNode codes = resolved(each.getValue()).path("x-larder-codes");
                  if (codes.isEmpty() != status.startsWith("2")) {
                    faults.add(
                        "%s %s: problems where there are none, or none named"
                            .formatted(name, status));
                  }
                  codes.forEach(code -> {
                    Integer right = statuses.get(code.asString());
                    if (right == null
                        || (!status.equals("default") && !status.equals(right + ""))) {
                      faults.add(
                          "%s %s: %s has not that status".formatted(name, status, code.asString()));
                    }
                  });
                }));
    return faults;
  }

  /// Codes that no response names.
  List<String> forgottenCodes() {
    Set<String> named = new HashSet<>();
    document
        .findValues("x-larder-codes")
        .forEach(list -> list.forEach(code -> named.add(code.asString())));
    return Arrays.stream(ErrorCode.values())
        .map(ErrorCode::code)
        .filter(code -> !named.contains(code))
        .map(code -> code + " is in no response")
        .toList();
  }
}
