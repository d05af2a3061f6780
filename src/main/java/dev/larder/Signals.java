package dev.larder;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The signals by which a server is told what to do. nginx takes the same: HUP to read its
/// configuration again, USR1 from those who rotate logs and have moved one away, TERM and INT to
/// end. USR2 is what the Java runtime uses itself.
enum Signals {
  /// Ends, from a terminal.
  INT,
  /// Ends.
  TERM,
  /// Reads the configuration again.
  HUP,
  /// Opens the logs anew.
  USR1;

  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

  /// Runs `action` whenever the signal comes, until the process ends. It does not come where
  /// whoever started the process had it ignored, as nohup(1) does with HUP.
  @SuppressWarnings("ReferenceEquality") // a proxy is asked for its own equals, that of Object
  void listen(Runnable action) {
    try {
      // By reflection, since the compiler warns of these classes and nothing can keep it from that;
      // jdk.unsupported exports them, and Java has no other way to take a signal.
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object handling =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "equals" -> arguments != null && proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "toString" -> "signal " + name();
                    default -> {
                      action.run();
                      yield null;
                    }
                  });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name()), handling);
    } catch (ReflectiveOperationException e) {
      // With -Xrs, or where the system has none.
      LOG.debug("SIG{} is not taken", this, e);
    }
  }
}
