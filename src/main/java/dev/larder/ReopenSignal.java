package dev.larder;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// SIGUSR1, by which those who rotate logs say that they have moved one away; nginx takes the same.
/// SIGHUP is not for this alone, and SIGUSR2 is what the Java runtime uses itself.
final class ReopenSignal {
  private static final Logger LOG = LoggerFactory.getLogger(ReopenSignal.class);
  private static final String NAME = "USR1";

  private ReopenSignal() {}

  /// Runs `reopen` whenever the signal comes, until the process ends.
  @SuppressWarnings("ReferenceEquality") // a proxy is asked for its own equals, that of Object
  static void listen(Runnable reopen) {
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
                    case "toString" -> "reopen logs";
                    default -> {
                      reopen.run();
                      yield null;
                    }
                  });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(NAME), handling);
    } catch (ReflectiveOperationException e) {
      // With -Xrs, or where the system has none: a moved file is noticed all the same.
      LOG.debug("SIGUSR1 is not taken", e);
    }
  }
}
