using Rig.CameraNode.V4l2;

namespace Rig.Rehearsal.Drivers;

/// <summary>Controls of the kernel's virtual camera <c>vivid</c> that make it fail, found by their names.</summary>
internal static class VividControls
{
    private const uint V4L2_CTRL_FLAG_NEXT_CTRL = 0x80000000;

    /// <summary>Sets, or presses, a control through a file of its own, which is closed again.</summary>
    /// <exception cref="InvalidDataException">The driver has no such control.</exception>
    internal static unsafe void Set(string path, string name, int value)
    {
        using var device = V4l2Device.Open(path);
        var query = new V4l2QueryCtrl { Id = V4L2_CTRL_FLAG_NEXT_CTRL };
        while (device.TryCall(V4l2Api.VIDIOC_QUERYCTRL, ref query) == 0)
        {
            if (V4l2Device.Text(query.Name, 32) == name)
            {
                var control = new V4l2Control { Id = query.Id, Value = value };
                device.Call(V4l2Api.VIDIOC_S_CTRL, ref control, $"setting {name}");
                return;
            }

            query.Id |= V4L2_CTRL_FLAG_NEXT_CTRL;
        }

        throw new InvalidDataException($"{path} has no control '{name}'.");
    }

    internal static void SetInput(string path, int input)
    {
        using var device = V4l2Device.Open(path);
        device.Call(V4l2Api.VIDIOC_S_INPUT, ref input, "choosing the input");
    }
}
