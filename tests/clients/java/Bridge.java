// A bridge: it runs the commands of standard input on a socket.io-client-java and prints the events, one JSON object a line.
// ../javascript/scenario.mjs describes the commands.      java Bridge.java URL TOKEN
import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.json.JSONArray;
import org.json.JSONObject;

public final class Bridge {
  private static synchronized void say(Map<String, Object> line) {
    System.out.println(new JSONObject(line));
    System.out.flush();
  }

  private static JSONArray list(Object[] args) {
    return new JSONArray(Arrays.asList(args));
  }

  public static void main(String[] arguments) throws Exception {
    System.setOut(new java.io.PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8));
    IO.Options options = IO.Options.builder().setAuth(Map.of("token", arguments[1])).setReconnectionDelay(100).setReconnectionDelayMax(500).build();
    Socket socket = IO.socket(URI.create(arguments[0]), options);
    socket.on(Socket.EVENT_CONNECT, args -> say(Map.of("connected", true)));
    socket.on(Socket.EVENT_DISCONNECT, args -> say(Map.of("disconnected", true)));
    socket.on(Socket.EVENT_CONNECT_ERROR, args -> say(Map.of("failed", list(new Object[] {String.valueOf(args[0])}))));
    socket.onAnyIncoming(args -> say(Map.of("event", args[0], "args", list(Arrays.copyOfRange(args, 1, args.length)))));
    socket.connect();
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      JSONObject command = new JSONObject(line);
      if (command.getString("do").equals("close")) break;
      int id = command.getInt("id");
      socket.emit(command.getString("event"), new Object[] {command.get("payload")}, (Ack) args -> say(Map.of("ack", id, "args", list(args))));
    }
    socket.disconnect();
    System.exit(0);
  }
}
