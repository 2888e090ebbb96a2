// The one class of .NET Framework's System.Web.Extensions that the agent uses, on .NET's own JSON.
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;

namespace System.Web.Script.Serialization
{
    public class JavaScriptSerializer
    {
        // .NET has no such limit.
        public int MaxJsonLength { get; set; }

        public object DeserializeObject(string input)
        {
            using (JsonDocument document = JsonDocument.Parse(input))
            {
                return Value(document.RootElement);
            }
        }

        public string Serialize(object value) => JsonSerializer.Serialize((string)value);

        private static object Value(JsonElement element)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    var table = new Dictionary<string, object>();
                    foreach (JsonProperty property in element.EnumerateObject())
                    {
                        table[property.Name] = Value(property.Value);
                    }
                    return table;
                case JsonValueKind.Array:
                    return element.EnumerateArray().Select(Value).ToArray();
                case JsonValueKind.String:
                    return element.GetString();
                case JsonValueKind.Number:
                    return Number(element);
                case JsonValueKind.True:
                    return true;
                case JsonValueKind.False:
                    return false;
                default:
                    return null;
            }
        }

        private static object Number(JsonElement element)
        {
            if (element.TryGetInt32(out int small))
            {
                return small;
            }
            return element.TryGetInt64(out long large) ? large : (object)element.GetDecimal();
        }
    }
}
