package dev.larder.api;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.security.RouteRole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Where routes are registered, each with what it asks of whoever calls it:
///
/// ```java
/// routing.get("/api/v1/repos/{name}", this::show, Requirement.in("name", Verb.READ));
/// routing.post("/api/v1/repos/{name}/packages", "package.upload", this::upload,
///     Requirement.in("name", Verb.UPLOAD));
/// ```
///
/// [Gate] enforces it before the handler runs. A route that was registered past this class asks for
/// `admin`. Requests that change something have the name of an action, `THING.VERB`: every call is
/// written to the audit log under it, also one that fails; handlers need do nothing, but may tell
/// more with [Gate#tell].
final class Routing {
  private final RoutesConfig routes;
  private final Gate gate;

  Routing(RoutesConfig routes, Gate gate) {
    this.routes = routes;
    this.gate = gate;
  }

  /// What an action is called in the audit log.
  record Action(String name) implements RouteRole {}

  /// Registers a route that changes nothing.
  ///
  /// @param needs at least one
  void get(String path, Handler handler, Requirement... needs) {
    routes.addHttpHandler(HandlerType.GET, path, handler, roles(needs));
  }

  /// Registers a route that changes something.
  ///
  /// @param action `token.create`
  /// @param needs at least one
  void post(String path, String action, Handler handler, Requirement... needs) {
    change(HandlerType.POST, path, action, handler, needs);
  }

  /// Registers a route that changes something.
  ///
  /// @param action `mirror.keep`
  /// @param needs at least one
  void put(String path, String action, Handler handler, Requirement... needs) {
    change(HandlerType.PUT, path, action, handler, needs);
  }

  /// Registers a route that changes something.
  ///
  /// @param action `token.revoke`
  /// @param needs at least one
  void delete(String path, String action, Handler handler, Requirement... needs) {
    change(HandlerType.DELETE, path, action, handler, needs);
  }

  /// Registers a route for everybody: nobody is asked who they are, and nothing is written to the
  /// audit log unless the handler does.
  ///
  /// @param path without parameters
  void open(HandlerType method, String path, Handler handler) {
    gate.open(path);
    routes.addHttpHandler(method, path, handler, new Requirement.Open());
  }

  private void change(
      HandlerType method, String path, String action, Handler handler, Requirement... needs) {
    List<RouteRole> roles = new ArrayList<>(List.of(roles(needs)));
    roles.add(new Action(action));
    routes.addHttpHandler(method, path, handler, roles.toArray(RouteRole[]::new));
  }

  private static RouteRole[] roles(Requirement... needs) {
    if (needs.length == 0) {
      throw new IllegalArgumentException("a route without a requirement");
    }
    return Arrays.copyOf(needs, needs.length, RouteRole[].class);
  }
}
