"""The state of a run in one file, replaced whole: a kill leaves the old one or the new one."""
import os

import torch


def save(path, model, optimizers, progress, recipe):
    """progress: plain numbers to go on from; recipe: what a resumed run must have in common."""
    part = f"{path}.part"
    torch.save({"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers],
                "progress": progress, "recipe": recipe, "rng": torch.get_rng_state()}, part)
    os.replace(part, path)


def load(path):
    return torch.load(path, map_location="cpu", weights_only=True)


def resume(path, model, optimizers, recipe):
    """Puts the saved state back and returns its progress; another recipe is refused."""
    saved = load(path)
    if saved["recipe"] != recipe:
        changed = [k for k in recipe if saved["recipe"].get(k) != recipe[k]]
        raise SystemExit(f"{path} was made with other settings ({', '.join(changed)}); "
                         "give them again, or another --out")
    model.load_state_dict(saved["model"])
    for optimizer, state in zip(optimizers, saved["optimizers"]):
        optimizer.load_state_dict(state)
    torch.set_rng_state(saved["rng"])
    return saved["progress"]
