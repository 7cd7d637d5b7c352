"""Objects with state: attributes made and updated in the call, operators, gates, generators."""

import dataclasses
from dataclasses import dataclass, field

import numpy as np

from tests.corpus.registry import program


class MultiplyGate:
    def forward(self, x, y):
        self.x, self.y = x, y
        return x * y

    def backward(self, dz):
        return dz * self.y, dz * self.x


class AddGate:
    def forward(self, x, y):
        return x + y

    def backward(self, dz):
        return dz, dz


@program(args=lambda rng: (-2.0, 5.0, -4.0), wrt=(0, 1, 2))
def gates(x, y, z):
    """Gates that remember their inputs, as in the lecture."""
    add, mul = AddGate(), MultiplyGate()
    q = add.forward(x, y)
    return mul.forward(q, z) + mul.x * mul.y


@program(args=lambda rng: (1.3, 0.4), wrt=(0, 1))
def gates_forward_and_backward(x, y):
    """The user's own backward pass is differentiated: a second derivative by hand."""
    first, second = MultiplyGate(), MultiplyGate()
    out = second.forward(first.forward(x, y), x)
    dq, dx = second.backward(1.0)
    dx1, dy = first.backward(dq)
    return (dx + dx1) ** 2 + dy * out


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, d):
        return d * self.mask


class Linear:
    def __init__(self, W, b):
        self.W, self.b = W, b
        self.dW = np.zeros_like(W)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, d):
        self.dW += self.x.T @ d
        self.db = d.sum(axis=0)
        return d @ self.W.T


class Net:
    def __init__(self, layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, d):
        for layer in reversed(self.layers):
            d = layer.backward(d)
        return d


@program(args=lambda rng: (rng.normal(size=(3, 2)), rng.normal(size=(2, 2)), rng.normal(size=2)))
def layers_with_backward(x, W, b):
    """The gradient penalty of a small net, its backward pass by hand."""
    net = Net([Linear(W, b), ReLU(), Linear(W.T, b)])
    out = net.forward(x)
    d = net.backward(2 * out)
    return np.sum(d**2) + np.sum(net.layers[0].dW ** 2)


@program(
    args=lambda rng: (Linear(rng.normal(size=(2, 2)), rng.normal(size=2)), rng.normal(size=(3, 2))),
    wrt=(0, 1),
    tags=["mutates"],
)
def object_argument_with_state(layer, x):
    """Attributes that the call makes are no part of the gradient."""
    y = layer.forward(np.tanh(layer.forward(x)))
    layer.backward(y)
    return np.sum(layer.dW * layer.W) + np.sum(layer.db)


class RunningMean:
    """A mean that is updated as numbers come."""

    momentum = 0.9

    def __init__(self):
        self.mean = 0.0
        self.count = 0

    def __call__(self, v):
        self.mean = self.momentum * self.mean + (1 - self.momentum) * v
        self.count += 1
        return self.mean


@program(args=lambda rng: (rng.normal(size=5),))
def running_mean(x):
    mean = RunningMean()
    s = 0.0
    for v in x:
        s += (v - mean(v)) ** 2
    return s * mean.count + mean.mean


@program(args=lambda rng: (RunningMean(), rng.normal(size=3)), wrt=(0, 1), tags=["mutates"])
def running_mean_argument(mean, x):
    for v in x:
        mean(v**2)
    mean.momentum = 0.5
    return mean(x[0]) * x[1]


class Vector:
    """Operators, indexing and iteration of a user's class."""

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __sub__(self, other):
        return self + other * -1.0

    def __neg__(self):
        return -1.0 * self

    def __iadd__(self, other):
        self.x += other.x
        self.y += other.y
        return self

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def __abs__(self):
        return np.sqrt(self @ self)

    def __getitem__(self, i):
        return (self.x, self.y)[i]

    def __setitem__(self, i, value):
        if i == 0:
            self.x = value
        else:
            self.y = value

    def __iter__(self):
        yield self.x
        yield self.y

    def __len__(self):
        return 2

    def __lt__(self, other):
        return abs(self) < abs(other)

    def __eq__(self, other):
        return self.x == other.x and self.y == other.y


@program(args=lambda rng: (0.7, -0.3, 1.2), wrt=(0, 1, 2))
def vector_operators(x, y, k):
    a, b = Vector(x, y), Vector(y, 2.0)
    c = k * (a + b) - b * x
    c += -a
    d = c
    d += b
    return c @ a + abs(d) * len(c) + (a if a < b else b)[1]


@program(args=lambda rng: (0.7, -0.3), wrt=(0, 1))
def vector_items(x, y):
    a = Vector(x, y)
    a[0] = a[1] * x
    a[1] *= 3.0
    s, t = a
    return s * t + sum(v**2 for v in a) + (1.0 if a == Vector(x, y) else 0.5)


@dataclass
class Particle:
    position: np.ndarray
    velocity: np.ndarray
    mass: float = 1.0

    def kick(self, force, dt):
        self.velocity = self.velocity + dt * force / self.mass

    def drift(self, dt):
        self.position += dt * self.velocity

    @property
    def energy(self):
        return 0.5 * self.mass * np.sum(self.velocity**2)


@program(args=lambda rng: (rng.normal(size=(2, 2)), rng.normal(size=(2, 2)), 1.7), wrt=(0, 1, 2))
def particles_interacting(pos, vel, mass):
    """Positions in place, velocities rebound."""
    bodies = [Particle(p.copy(), v, mass) for p, v in zip(pos, vel)]
    for _ in range(3):
        a, b = bodies
        force = b.position - a.position
        a.kick(force, 0.1)
        b.kick(-force, 0.1)
        for body in bodies:
            body.drift(0.1)
    return sum(b.energy for b in bodies) + np.sum(bodies[0].position ** 2)


@program(
    args=lambda rng: (Particle(rng.normal(size=2), rng.normal(size=2), 0.8), 0.1),
    wrt=(0, 1),
    tags=["mutates"],
)
def dataclass_argument_moves(p, dt):
    for _ in range(2):
        p.kick(-p.position, dt)
        p.drift(dt)
    p.mass *= 2.0
    return p.energy + np.sum(p.position**2)


@program(args=lambda rng: (Particle(rng.normal(size=2), rng.normal(size=2), 0.8), 1.5), wrt=(0, 1))
def dataclass_replaced(p, k):
    """A changed copy; the arrays that are not named are shared."""
    q = dataclasses.replace(p, mass=p.mass * k)
    r = dataclasses.replace(q, velocity=q.velocity * k, mass=q.mass**2)
    return q.energy * r.energy + np.sum(q.position * p.position)


@dataclass
class Simulation:
    """Defaults made by factories, a post-init, a history."""

    rate: float
    history: list = field(default_factory=list)
    state: float = field(init=False)

    def __post_init__(self):
        self.state = self.rate**2

    def step(self):
        self.history.append(self.state)
        self.state += self.rate * np.sin(self.state)


@program(args=lambda rng: (0.4,))
def dataclass_with_history(rate):
    sim = Simulation(rate)
    for _ in range(3):
        sim.step()
    return sum(sim.history) * sim.state


class Optimiser:
    def __init__(self, params, lr):
        self.params, self.lr = params, lr
        self.steps = 0

    def step(self, grads):
        self.steps += 1
        for p, g in zip(self.params, grads):
            self.update(p, g)

    def update(self, p, g):
        p -= self.lr * g


class Momentum(Optimiser):
    decay = 0.9

    def __init__(self, params, lr):
        super().__init__(params, lr)
        self.velocity = [np.zeros_like(p) for p in params]

    def step(self, grads):
        for v, g in zip(self.velocity, grads):
            v *= self.decay
            v += g
        super().step(self.velocity)


@program(args=lambda rng: (rng.normal(size=3), rng.normal(size=2), 0.1), wrt=(0, 1, 2))
def inherited_optimiser(a, b, lr):
    """Parameters are updated in place by a base class's method."""
    params = [a.copy(), b.copy()]
    opt = Momentum(params, lr)
    for _ in range(3):
        opt.step([2 * params[0] * a, params[1] ** 2])
    return np.sum(params[0] ** 2) + np.sum(params[1]) * opt.steps


class Shape:
    sides = 0
    made = ("nothing",)

    def __init__(self, scale):
        self.scale = scale

    def area(self):
        return self.scale**2 * self.factor()

    def factor(self):
        return 1.0

    def describe(self):
        return f"{type(self).__name__} of {self.sides} sides"


class Square(Shape):
    sides = 4


class Disc(Shape):
    def factor(self):
        return np.pi * super().factor()

    def area(self):
        value = super().area()
        self.last = value
        return value


@program(args=lambda rng: (0.8, 1.3), wrt=(0, 1))
def class_hierarchy(a, b):
    shapes = [Square(a), Disc(b), Shape(a * b)]
    total = sum(s.area() for s in shapes)
    round_ = next(s for s in shapes if isinstance(s, Disc))
    return total * len(shapes[0].describe()) + round_.last * shapes[0].sides


class Cached:
    """A property computed once; a setter; a private attribute."""

    def __init__(self, x):
        self._x = x
        self._norm = None

    @property
    def norm(self):
        if self._norm is None:
            self._norm = np.sqrt(np.sum(self._x**2))
        return self._norm

    @property
    def x(self):
        return self._x

    @x.setter
    def x(self, value):
        self._x = value
        self._norm = None


@program(args=lambda rng: (rng.normal(size=3),))
def cached_property_and_setter(x):
    c = Cached(x * 2.0)
    s = c.norm + c.norm**2
    c.x = c.x / s
    return s * c.norm + c.x[0]


@program(args=lambda rng: (rng.normal(size=3), 0.3), wrt=(0, 1))
def class_made_inside(x, k):
    class Accumulator:
        total = 0.0

        def add(self, v):
            self.total += k * v
            return self

    acc = Accumulator()
    for v in x:
        acc.add(v).add(v**2)
    return acc.total**2 + Accumulator.total


@program(args=lambda rng: (rng.normal(size=3), "decay"))
def attributes_by_name(x, name):
    class Settings:
        pass

    s = Settings()
    setattr(s, name, x[0])
    s.gain = x[1]
    s.gain *= getattr(s, name)
    value = s.gain**2
    del s.gain
    return value * (10.0 if hasattr(s, "gain") else x[2]) + vars(s)[name]


class Node:
    """A tree that is grown and summed."""

    def __init__(self, value):
        self.value = value
        self.left = self.right = None

    def insert(self, value, key):
        if key < 0:
            if self.left is None:
                self.left = Node(value)
            else:
                self.left.insert(value, key + 1)
        elif self.right is None:
            self.right = Node(value)
        else:
            self.right.insert(value, key - 1)

    def total(self, depth=1):
        below = [n.total(depth + 1) for n in (self.left, self.right) if n is not None]
        return depth * self.value**2 + sum(below)


@program(args=lambda rng: (rng.normal(size=5), [0, -1, 1, 0, -2]))
def tree_of_nodes(x, keys):
    root = Node(x[0])
    for v, key in zip(x[1:], keys[1:]):
        root.insert(v, key)
    return root.total()


@program(args=lambda rng: (rng.normal(size=3),))
def linked_list(x):
    head = None
    for v in x:
        node = Node(v)
        node.left = head
        head = node
    head.left.value *= 2.0
    s = 0.0
    while head is not None:
        s = s * 0.5 + head.value**2
        head = head.left
    return s


@program(
    args=[lambda rng: (RunningMean(), 0.5, 3.0), lambda rng: (RunningMean(), 5.0, 3.0)],
    wrt=1,
    tags=["mutates", "raises"],
)
def exception_from_a_method(mean, x, limit):
    for _ in range(3):
        x = x * 1.5
        mean(x)
        if x > limit:
            mean.failed = True
            raise ValueError(f"too large after {mean.count}")
    return mean.mean


@program(args=lambda rng: (rng.normal(size=2), rng.normal(size=2)), wrt=(0, 1))
def two_objects_one_array(x, y):
    """Both particles hold one velocity."""
    v = y * 1.0
    a, b = Particle(x.copy(), v), Particle(x * 2.0, v, 3.0)
    a.drift(0.5)
    v[0] = x[1]
    b.drift(0.5)
    b.velocity *= 2.0
    a.drift(0.5)
    return np.sum(a.position**2) + np.sum(b.position) + a.energy


@program(args=lambda rng: (rng.normal(size=3),))
def object_returned(x):
    """An object as the result: cotangents for its arrays."""
    p = Particle(x * 2.0, x**2)
    p.drift(0.1)
    p.mass = np.sum(x)
    return p
