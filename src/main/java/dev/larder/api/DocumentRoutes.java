package dev.larder.api;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// The OpenAPI document, and a page for people that shows it and lets them try requests. Both are
/// for everybody: they say what larder's sources say, and the page asks for a token before it sends
/// a request that needs one.
///
/// The page is Swagger UI, of which the script and the style sheet are served as they come. It has
/// to do without inline scripts and `eval`, and asks nobody but this console.
final class DocumentRoutes {
  private static final String API = "/api/v1/openapi";
  private static final String PAGE = "/api/docs";
  private static final String WEBJAR = "/META-INF/resources/webjars/swagger-ui/";
  private static final String WEBJAR_POM = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";

  /// Images are Swagger UI's own, which lie in its style sheet.
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

  private final String version = version();
  private byte @Nullable [] json;
  private byte @Nullable [] yaml;

  void register(Routing routing) {
    routing.open(
        HandlerType.GET,
        API + ".json",
        context -> context.contentType("application/json").result(json()));
    routing.open(
        HandlerType.GET,
        API + ".yaml",
        context -> context.contentType("application/yaml").result(yaml()));
    routing.open(HandlerType.GET, PAGE, DocumentRoutes::page);
    own(routing, "docs.js", "text/javascript; charset=utf-8");
    own(routing, "docs.css", "text/css; charset=utf-8");
    swagger(routing, "swagger-ui-bundle.js", "text/javascript; charset=utf-8");
    swagger(routing, "swagger-ui.css", "text/css; charset=utf-8");
  }

  /// Written when it is wanted first: hardly any server is ever asked for it.
  private synchronized byte[] json() {
    byte[] known = json;
    if (known == null) {
      known = ApiDocument.read().json();
      json = known;
    }
    return known;
  }

  private synchronized byte[] yaml() {
    byte[] known = yaml;
    if (known == null) {
      known = ApiDocument.read().yaml();
      yaml = known;
    }
    return known;
  }

  private static void page(Context context) {
    context
        .header("Content-Security-Policy", POLICY)
        .header("Referrer-Policy", "no-referrer")
        .contentType("text/html; charset=utf-8")
        .result(resource("docs.html"));
  }

  private static void own(Routing routing, String file, String type) {
    routing.open(
        HandlerType.GET,
        PAGE + "/" + file,
        context -> context.contentType(type).result(resource(file)));
  }

  /// A megabyte and a half, perhaps through SSH: browsers keep it, and only ask whether it is
  /// another.
  private void swagger(Routing routing, String file, String type) {
    String tag = '"' + version + '"';
    routing.open(
        HandlerType.GET,
        PAGE + "/" + file,
        context -> {
          context.header("Cache-Control", "no-cache").header("ETag", tag);
          if (tag.equals(context.header("If-None-Match"))) {
            context.status(304);
          } else {
            context.contentType(type).result(resource(WEBJAR + version + "/" + file));
          }
        });
  }

  private static String version() {
    Properties properties = new Properties();
    try (InputStream in = resource(WEBJAR_POM)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }

  private static InputStream resource(String name) {
    InputStream in = DocumentRoutes.class.getResourceAsStream(name);
    if (in == null) {
      throw new IllegalStateException("larder lacks its own file " + name);
    }
    return in;
  }
}
